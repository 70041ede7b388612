package prober

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// Stop cancels every request in flight and waits until all loops have reported their results and
// ended. When ctx is done first, the error names the targets whose loops have not ended. A stopped
// prober stays stopped.
func (p *Prober) Stop(ctx context.Context) error {
	loops := p.seal()
	cancelAll(loops)
	var abandoned []string
	for _, r := range loops {
		select {
		case <-r.done:
		case <-ctx.Done():
			if !r.ended() {
				abandoned = append(abandoned, r.target.Name)
			}
		}
	}
	if len(abandoned) > 0 {
		return fmt.Errorf("abandoned with requests in flight: %s: %w", strings.Join(abandoned, ", "), ctx.Err())
	}
	return nil
}

// seal refuses further targets and returns the running loops, by name.
func (p *Prober) seal() []*running {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stopped = true
	loops := make([]*running, 0, len(p.running))
	for _, r := range p.running {
		loops = append(loops, r)
	}
	slices.SortFunc(loops, func(a, b *running) int { return strings.Compare(a.target.Name, b.target.Name) })
	return loops
}

// ended tells a loop that has ended from one that has not, when ctx is done too: select chooses at
// random between two channels that are ready.
func (r *running) ended() bool {
	select {
	case <-r.done:
		return true
	default:
		return false
	}
}

// cancelAll cancels the loops at once, so that they end side by side.
func cancelAll(loops []*running) {
	for _, r := range loops {
		r.cancel()
	}
}
