package ledger

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math"
	"time"

	"github.com/firsttoken/firsttoken/prober/budget"
)

// The form of the file. bbolt keeps checksums of its meta pages only, so each value has its own, over
// its key too: a flipped bit must not become a smaller charge.
//
//	charges    scope 0 start        →  end, money, tokens, checksum
//	backoffs   target               →  since, until, checksum
//	pauses     target 0             →  since, checksum; all targets have the empty name
//	meta       "format"             →  "1"
//	           "digest"             →  the sum of all checksums of values, checksum
//
// The digest finds what a damaged page would leave out.
//
// Numbers are of 8 bytes, big-endian: instants in seconds for days and in nanoseconds for back-offs and pauses,
// money in billionths of a dollar.
const (
	formatKey = "format"
	format    = "1"
	digestKey = "digest"
	word      = 8
	checksum  = 4
)

var (
	errNoBucket = errors.New("a part of the file is missing")
	errChecksum = errors.New("a checksum is wrong")
	errShape    = errors.New("a key has a wrong form")
	errCutShort = errors.New("its end is missing")
	errDigest   = errors.New("entries are missing")
)

func chargeKey(c budget.Charge) []byte {
	return binary.BigEndian.AppendUint64(append([]byte(c.Scope), 0), uint64(c.Start))
}

func chargeValue(key []byte, c budget.Charge) []byte {
	return seal(key, c.End, int64(c.Money), c.Tokens)
}

func parseCharge(key, value []byte) (c budget.Charge, err error) {
	name := len(key) - word - 1
	if name < 0 || key[name] != 0 {
		return c, errShape
	}
	n, err := unseal(key, value, 3)
	if err != nil {
		return c, fmt.Errorf("a charge: %w", err)
	}
	c.Scope, c.Start = string(key[:name]), int64(binary.BigEndian.Uint64(key[name+1:]))
	c.End, c.Money, c.Tokens = n[0], budget.Money(n[1]), n[2]
	return c, nil
}

func backoffValue(key []byte, b backoff) []byte {
	return seal(key, nanoseconds(b.since), nanoseconds(b.until))
}

func parseBackoff(key, value []byte) (backoff, error) {
	n, err := unseal(key, value, 2)
	if err != nil {
		return backoff{}, fmt.Errorf("a back-off: %w", err)
	}
	return backoff{since: instant(n[0]), until: instant(n[1])}, nil
}

func pauseKey(target string) []byte { return append([]byte(target), 0) }

func pauseValue(key []byte, since time.Time) []byte { return seal(key, nanoseconds(since)) }

func parsePause(key, value []byte) (target string, since time.Time, err error) {
	name, ends := bytes.CutSuffix(key, []byte{0})
	if !ends {
		return "", since, errShape
	}
	n, err := unseal(key, value, 1)
	if err != nil {
		return "", since, fmt.Errorf("a pause: %w", err)
	}
	return string(name), instant(n[0]), nil
}

// seal writes numbers and a checksum of them and their key.
func seal(key []byte, numbers ...int64) []byte {
	value := make([]byte, 0, word*len(numbers)+checksum)
	for _, n := range numbers {
		value = binary.BigEndian.AppendUint64(value, uint64(n))
	}
	return binary.BigEndian.AppendUint32(value, sumOf(key, value))
}

func unseal(key, value []byte, count int) ([]int64, error) {
	if len(value) != word*count+checksum {
		return nil, errChecksum
	}
	body := value[:word*count]
	if binary.BigEndian.Uint32(value[len(body):]) != sumOf(key, body) {
		return nil, errChecksum
	}
	numbers := make([]int64, count)
	for i := range numbers {
		numbers[i] = int64(binary.BigEndian.Uint64(body[word*i:]))
	}
	return numbers, nil
}

// digest is the sum of the checksums of all values of a file.
type digest int64

// add takes a sealed value in, remove takes it out.
func (d *digest) add(value []byte)    { *d += digest(checksumOf(value)) }
func (d *digest) remove(value []byte) { *d -= digest(checksumOf(value)) }

func checksumOf(value []byte) uint32 { return binary.BigEndian.Uint32(value[len(value)-checksum:]) }

func (d digest) seal() []byte { return seal([]byte(digestKey), int64(d)) }

func parseDigest(value []byte) (digest, error) {
	n, err := unseal([]byte(digestKey), value, 1)
	if err != nil {
		return 0, fmt.Errorf("the digest: %w", err)
	}
	return digest(n[0]), nil
}

func sumOf(key, body []byte) uint32 {
	return crc32.Update(crc32.ChecksumIEEE(key), crc32.IEEETable, body)
}

// nanoseconds of Unix time; the smallest number for the zero time.
func nanoseconds(t time.Time) int64 {
	if t.IsZero() {
		return math.MinInt64
	}
	return t.UnixNano()
}

func instant(n int64) time.Time {
	if n == math.MinInt64 {
		return time.Time{}
	}
	return time.Unix(0, n)
}
