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
// Slow fields are read with the first poll and then as often as the engine renews them.
func (s *session) poll(now time.Time) (*Poll, error) {
	began := time.Now()
	withSlow := s.slowAt.IsZero() || now.Sub(s.slowAt) >= s.spec.Slow
	if withSlow {
		s.slowAt = now
	}
	r := reader{poll: &Poll{GPUs: slices.Clone(s.gpus)}, lacking: map[uint16]lack{}}
	r.poll.Asked = s.spec.watched(fast)
	if withSlow {
		r.poll.Asked = append(r.poll.Asked, s.spec.watched(slow)...)
	}
	for i := range s.plans {
		if err := r.read(&s.plans[i], withSlow); err != nil {
			return nil, failed(opPoll, err)
		}
	}
	if err := s.readXIDs(r.poll); err != nil {
		return nil, failed(opPoll, err)
	}
	r.poll.Missing = r.missing()
	r.poll.Took = time.Since(began)
	return r.poll, nil
}

// reader sorts the answers of one poll into samples and reasons for having none.
type reader struct {
	poll    *Poll
	lacking map[uint16]lack
}

// lack counts the GPUs by what they said of one field.
type lack struct{ present, lacking, denied int }

func (r *reader) read(p *plan, withSlow bool) error {
	wanted := p.fields[fast]
	if withSlow {
		wanted = slices.Concat(wanted, p.fields[slow])
	}
	if len(wanted) == 0 {
		return nil
	}
	values, err := lib.EntitiesGetLatestValues(p.entities, wanted, 0)
	if err != nil {
		return err
	}
	for i := range values {
		r.take(&values[i])
	}
	return nil
}

func (r *reader) take(v *lib.FieldValue_v2) {
	at := slices.IndexFunc(r.poll.GPUs, func(g GPU) bool { return g.Index == v.EntityID })
	if at < 0 {
		return
	}
	gpu := &r.poll.GPUs[at]
	field := uint16(v.FieldID)
	count := r.lacking[field]
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
		gpu.Samples = append(gpu.Samples, Sample{field, v.TS, value})
	}
	r.lacking[field] = count
}

// missing are the fields that at least one GPU lacks and none has. A field that is only blank for
// now, as the activity ratios are in the first interval, is not among them.
func (r *reader) missing() []Missing {
	var missing []Missing
	for field, count := range r.lacking {
		switch {
		case count.present > 0:
		case count.lacking > 0:
			missing = append(missing, Missing{field, reasonNotSupported})
		case count.denied > 0:
			missing = append(missing, Missing{field, reasonNoPermission})
		}
	}
	slices.SortFunc(missing, func(a, b Missing) int { return int(a.Field) - int(b.Field) })
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
	default: // texts and blobs are no samples; an unsupported field has no type at all
		return 0, blankNull
	}
}

// readXIDs takes the error events since the last poll. The field's latest value would hide all
// but the last of a burst.
func (s *session) readXIDs(poll *Poll) error {
	next := s.xidSince
	for i := range s.plans {
		p := &s.plans[i]
		if !p.hasXIDs {
			continue
		}
		values, until, err := lib.GetValuesSince(p.group, p.xids, s.xidSince)
		if err != nil {
			return err
		}
		if until.After(next) {
			next = until
		}
		for i := range values {
			v := &values[i]
			if code, blank := number(v); v.Status == codeOK && blank == present && code > 0 {
				poll.XIDs = append(poll.XIDs, XID{v.EntityID, v.TS, int64(code)})
			}
		}
	}
	s.xidSince = next
	return nil
}
