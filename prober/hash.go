package prober

import (
	"encoding/binary"
	"math"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/cespare/xxhash/v2"

	"github.com/firsttoken/firsttoken/prober/budget"
)

// Hash identifies the target's contents: targets of the same hash run the same loop. It is stable from
// run to run of one version. A secret in a file counts by the file's name, because the file is read
// anew for each request; a secret in the configuration counts by its value.
//
// What only describes the target does not count, because it changes nothing that is sent: engine, region, tier,
// labels, Infrastructure. (What an engine's preset sets counts, by the keys that it sets.) The Budget does not
// count either, which the ledger has, nor Maintenance, of which Apply tells a running loop. Observers get what has
// changed of these as Described.
//
// Hash walks the value itself: marshalled as YAML or JSON, any two secrets look the same.
func (t Target) Hash() uint64 {
	t.Infrastructure, t.Budget = Infrastructure{}, budget.Limits{}
	t.Maintenance = nil
	t.Engine, t.Region, t.Tier, t.Labels = "", "", "", nil
	return t.whole()
}

// whole also counts what Hash leaves out.
func (t Target) whole() uint64 {
	d := digest{xxhash.New()}
	d.value(reflect.ValueOf(t))
	return d.h.Sum64()
}

type digest struct{ h *xxhash.Digest }

func (d digest) value(v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		d.structure(v)
	case reflect.Map:
		d.mapping(v)
	case reflect.Slice, reflect.Array:
		d.number(uint64(v.Len()))
		for i := range v.Len() {
			d.value(v.Index(i))
		}
	case reflect.Pointer, reflect.Interface:
		d.bool(v.IsNil())
		if !v.IsNil() {
			d.string(v.Elem().Kind().String()) // true is not 1
			d.value(v.Elem())
		}
	default:
		d.scalar(v)
	}
}

func (d digest) scalar(v reflect.Value) {
	switch {
	case v.Kind() == reflect.String:
		d.string(v.String())
	case v.Kind() == reflect.Bool:
		d.bool(v.Bool())
	case v.CanInt():
		d.number(uint64(v.Int()))
	case v.CanUint():
		d.number(v.Uint())
	case v.CanFloat():
		d.number(math.Float64bits(v.Float()))
	}
	// Functions and channels are no contents.
}

func (d digest) structure(v reflect.Value) {
	if v.CanInterface() {
		if t, ok := reflect.TypeAssert[time.Time](v); ok { // one instant has many spellings
			d.bool(t.IsZero())
			d.number(uint64(t.UnixNano()))
			return
		}
	}
	for i := range v.NumField() {
		d.string(v.Type().Field(i).Name)
		d.value(v.Field(i))
	}
}

// mapping hashes in the order of the keys, which are strings in all our maps.
func (d digest) mapping(v reflect.Value) {
	keys := v.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
	d.number(uint64(len(keys)))
	for _, k := range keys {
		d.string(k.String())
		d.value(v.MapIndex(k))
	}
}

func (d digest) number(n uint64) {
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], n)
	_, _ = d.h.Write(b[:])
}

func (d digest) bool(b bool) {
	if b {
		d.number(1)
	} else {
		d.number(0)
	}
}

// string writes the length too, so that "ab" + "c" is not "a" + "bc".
func (d digest) string(s string) {
	d.number(uint64(len(s)))
	_, _ = d.h.WriteString(s)
}
