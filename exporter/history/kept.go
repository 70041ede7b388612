package history

import (
	"unsafe"

	"github.com/firsttoken/firsttoken/prober"
)

// room is what a target may keep of whole results.
type room struct{ results, bytes int }

// kept are the last whole results of a target, within its room: a server that sends much with each answer has fewer of
// them kept, at least one.
type kept struct {
	ring[prober.Result]
	bytes int
}

func (k *kept) add(r prober.Result, limit room) {
	for k.n > 0 && (k.n >= limit.results || k.bytes+sizeOf(r) > limit.bytes) {
		k.bytes -= sizeOf(k.drop())
	}
	k.bytes += sizeOf(r)
	k.push(r, limit.results)
}

// sizeOf is the memory of a result, as far as it differs between results. Its error is the text alone, see
// withoutCause.
func sizeOf(r prober.Result) int {
	n := int(unsafe.Sizeof(r)) + len(r.Usage.Verbatim) + len(r.Finish) + len(r.Identity.Model) +
		len(r.Identity.Fingerprint) + len(r.Identity.Server) + len(r.Identity.Protocol)
	if r.Err != nil {
		n += len(r.Err.Error())
	}
	return n
}
