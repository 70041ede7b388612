package simulator

import (
	"math"
	"slices"
	"time"
)

// kindRow is one row of the table of kinds. Either step or request is set. docs/simulator.md has the
// same rows; a test compares them.
type kindRow struct {
	kind    IncidentKind
	needs   []string // keys
	mayHave []string // more keys
	step    func(*stepEffects, *Incident)
	request func(f *requestEffects, i *Incident, output int)
}

func kindNamed(kind IncidentKind) (kindRow, bool) {
	all := kindRows()
	at := slices.IndexFunc(all, func(k kindRow) bool { return k.kind == kind })
	if at < 0 {
		return kindRow{}, false
	}
	return all[at], true
}

// uses reports whether the kind needs a key, and whether it may have it.
func (k kindRow) uses(key string) (needed, allowed bool) {
	needed = slices.Contains(k.needs, key)
	return needed, needed || slices.Contains(k.mayHave, key)
}

// kindRows is the table of everything that may go wrong.
func kindRows() []kindRow {
	return slices.Concat(engineKinds(), failureKinds(), deliveryKinds(), usageKinds(), identityKinds())
}

// engineKinds slow the whole engine down.
func engineKinds() []kindRow {
	factor := []string{"factor"}
	return []kindRow{
		{kind: SlowPrefill, needs: factor, step: func(e *stepEffects, i *Incident) { e.prefill *= i.Factor }},
		{kind: SlowDecode, needs: factor, step: func(e *stepEffects, i *Incident) { e.decode *= i.Factor }},
		{kind: SmallKV, needs: factor, step: func(e *stepEffects, i *Incident) { e.capacity *= i.Factor }},
		{kind: NoCache, step: func(e *stepEffects, _ *Incident) { e.uncached = true }},
	}
}

// failureKinds keep an answer from its proper end.
func failureKinds() []kindRow {
	ratio, pause := []string{"ratio"}, []string{"pause"}
	return []kindRow{
		{
			kind: Errors, needs: []string{"ratio", "status"}, mayHave: []string{"retry_after", "body"},
			request: func(f *requestEffects, i *Incident, output int) { f.fail(i, output) },
		},
		{
			kind: Hang, needs: ratio, mayHave: pause,
			request: func(f *requestEffects, i *Incident, _ int) { f.hang = holdFor(i) },
		},
		{
			kind: Freeze, needs: ratio, mayHave: pause,
			request: func(f *requestEffects, i *Incident, _ int) { f.freeze = holdFor(i) },
		},
		{
			kind: Stall, needs: []string{"ratio", "pause"},
			request: func(f *requestEffects, i *Incident, output int) {
				f.stall, f.stallsAfter = time.Duration(i.Pause), max(1, output/3)
			},
		},
		{
			kind: Truncate, needs: ratio,
			request: func(f *requestEffects, _ *Incident, output int) { f.breakOff(ErrTruncated, output) },
		},
		{
			kind: Abort, needs: ratio, mayHave: []string{"reason"},
			request: func(f *requestEffects, i *Incident, output int) { f.breakOff(abortion(i.Reason), output) },
		},
		{kind: Empty, needs: ratio, request: func(f *requestEffects, _ *Incident, _ int) { f.empty = true }},
		{
			kind: Endless, needs: ratio, mayHave: pause,
			request: func(f *requestEffects, i *Incident, _ int) { f.endless = endlessFor(i) },
		},
		{
			kind: Flood, needs: ratio, mayHave: []string{"bytes"},
			request: func(f *requestEffects, i *Incident, _ int) { f.flood = floodOf(i) },
		},
	}
}

// deliveryKinds change how tokens reach the client.
func deliveryKinds() []kindRow {
	return []kindRow{
		{
			kind: HiddenReasoning, needs: []string{"ratio", "tokens"},
			request: func(f *requestEffects, i *Incident, output int) { f.hidden = min(i.Tokens, output) },
		},
		{
			kind: Grouped, needs: []string{"ratio", "tokens"},
			request: func(f *requestEffects, i *Incident, _ int) { f.group = i.Tokens },
		},
		{
			kind: Buffered, needs: []string{"ratio"},
			request: func(f *requestEffects, _ *Incident, _ int) { f.buffered = true },
		},
	}
}

// usageKinds misreport the usage, or leave out an event that has it.
func usageKinds() []kindRow {
	ratio := []string{"ratio"}
	report := func(change func(u Usage, i *Incident) Usage) func(*requestEffects, *Incident, int) {
		return func(f *requestEffects, i *Incident, _ int) {
			f.reports = append(f.reports, func(u Usage) Usage { return change(u, i) })
		}
	}
	return []kindRow{
		{kind: NoOpening, needs: ratio, request: func(f *requestEffects, _ *Incident, _ int) { f.noOpening = true }},
		{kind: NoUsage, needs: ratio, request: func(f *requestEffects, _ *Incident, _ int) { f.noUsage = true }},
		{kind: ScaledUsage, needs: []string{"ratio", "factor"}, request: report(func(u Usage, i *Incident) Usage {
			u.Output = int(float64(u.Output) * i.Factor)
			return u
		})},
		{kind: ConstantUsage, needs: []string{"ratio", "tokens"}, request: report(func(u Usage, i *Incident) Usage {
			u.Prompt, u.Cached = i.Tokens, min(u.Cached, i.Tokens)
			return u
		})},
		{kind: HugeUsage, needs: ratio, request: report(func(u Usage, _ *Incident) Usage {
			u.Prompt, u.Output = math.MaxInt64, math.MaxInt64
			return u
		})},
		{kind: OvercachedUsage, needs: ratio, request: report(func(u Usage, _ *Incident) Usage {
			u.Cached = 2 * u.Prompt
			return u
		})},
	}
}

// identityKinds change what an answer says of itself.
func identityKinds() []kindRow {
	return []kindRow{
		{
			kind: ModelSwap, needs: []string{"model"}, mayHave: []string{"fingerprint"},
			request: func(f *requestEffects, i *Incident, _ int) { f.model, f.fingerprint = i.Model, i.Fingerprint },
		},
		{
			kind: WrongRecall, needs: []string{"ratio"},
			request: func(f *requestEffects, _ *Incident, _ int) { f.wrongRecall = true },
		},
		{
			kind: Headers, needs: []string{"headers"},
			request: func(f *requestEffects, i *Incident, _ int) { f.addHeaders(i.Headers) },
		},
	}
}
