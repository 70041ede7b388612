//go:build cgo && linux && !nodcgm

package dcgm

import (
	"encoding/binary"
	"math"
	"slices"
	"time"

	lib "github.com/NVIDIA/go-dcgm/pkg/dcgm"
)

// poll reads the latest sample of every watched field of all GPUs: one request for each model.
// Slow fields are read with the first poll, and then as often as the engine samples them.
func (s *engineSession) poll(now time.Time) (*pollAnswer, error) {
	began := time.Now()
	withSlow := s.slowAt.IsZero() || now.Sub(s.slowAt) >= s.spec.Slow
	if withSlow {
		s.slowAt = now
	}
	r := pollReader{poll: &pollAnswer{GPUs: slices.Clone(s.gpus)}, counts: map[uint16]absenceCounts{}}
	r.poll.Asked = s.spec.fieldsOf(fast)
	if withSlow {
		r.poll.Asked = append(r.poll.Asked, s.spec.fieldsOf(slow)...)
	}
	for i := range s.watches {
		if err := r.read(&s.watches[i], withSlow); err != nil {
			return nil, failureOf(opPoll, err)
		}
	}
	if err := s.readXIDs(r.poll); err != nil {
		return nil, failureOf(opPoll, err)
	}
	r.poll.Missing = r.missing()
	r.poll.Took = time.Since(began)
	return r.poll, nil
}

// pollReader sorts the values of one poll into samples and reasons for having none.
type pollReader struct {
	poll   *pollAnswer
	counts map[uint16]absenceCounts
}

// absenceCounts counts the GPUs by their answer for one field.
type absenceCounts struct{ present, lacking, denied int }

func (r *pollReader) read(m *modelWatch, withSlow bool) error {
	wanted := m.fields[fast]
	if withSlow {
		wanted = slices.Concat(wanted, m.fields[slow])
	}
	if len(wanted) == 0 {
		return nil
	}
	values, err := lib.EntitiesGetLatestValues(m.entities, wanted, 0)
	if err != nil {
		return err
	}
	for i := range values {
		r.take(&values[i])
	}
	return nil
}

func (r *pollReader) take(v *lib.FieldValue_v2) {
	at := slices.IndexFunc(r.poll.GPUs, func(g gpuAnswer) bool { return g.Index == v.EntityID })
	if at < 0 {
		return
	}
	gpu := &r.poll.GPUs[at]
	field := uint16(v.FieldID)
	count := r.counts[field]
	value, blank := number(v)
	switch {
	case v.Status == codeGPULost:
		gpu.Lost = true
	case v.Status == codeNotSupported || v.Status == codeOK && blank == blankLacking:
		count.lacking++
	case v.Status == codeNoPermission || v.Status == codeOK && blank == blankDenied:
		count.denied++
	case v.Status == codeOK && blank == present:
		count.present++
		gpu.Samples = append(gpu.Samples, sample{field, v.TS, value})
	}
	r.counts[field] = count
}

// missing lists the fields that at least one GPU lacks and none has. A field that is blank only for now,
// as the activity ratios are in the first interval, is not among them.
func (r *pollReader) missing() []missingField {
	var missing []missingField
	for field, count := range r.counts {
		switch {
		case count.present > 0:
		case count.lacking > 0:
			missing = append(missing, missingField{field, reasonNotSupported})
		case count.denied > 0:
			missing = append(missing, missingField{field, reasonNoPermission})
		}
	}
	slices.SortFunc(missing, func(a, b missingField) int { return int(a.Field) - int(b.Field) })
	return missing
}

// number decodes in place: the accessors of go-dcgm copy four kilobytes for each call.
func number(v *lib.FieldValue_v2) (float64, blankness) {
	bits := binary.NativeEndian.Uint64(v.Value[:8])
	switch v.FieldType {
	case lib.DCGM_FT_INT64, lib.DCGM_FT_TIMESTAMP:
		return float64(int64(bits)), blankInt(int64(bits))
	case lib.DCGM_FT_DOUBLE:
		value := math.Float64frombits(bits)
		return value, blankFloat(value)
	default: // texts and blobs are no samples; an unsupported field has no type
		return 0, blankNull
	}
}

// readXIDs reads the error events since the last poll. The field's latest value would show only the last
// event of a burst.
func (s *engineSession) readXIDs(poll *pollAnswer) error {
	next := s.xidSince
	for i := range s.watches {
		m := &s.watches[i]
		if !m.hasXIDs {
			continue
		}
		values, until, err := lib.GetValuesSince(m.group, m.xids, s.xidSince)
		if err != nil {
			return err
		}
		if until.After(next) {
			next = until
		}
		for i := range values {
			v := &values[i]
			if code, blank := number(v); v.Status == codeOK && blank == present && code > 0 {
				poll.XIDs = append(poll.XIDs, xidEvent{v.EntityID, v.TS, int64(code)})
			}
		}
	}
	s.xidSince = next
	return nil
}
