package metrics

import (
	"math"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/firsttoken/firsttoken/exporter/series"
	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/chat"
	"github.com/firsttoken/firsttoken/prober/slo"
	"github.com/firsttoken/firsttoken/prober/workload"
)

// latency is what a user feels. Cold and warm prefixes, and short and long contexts, are different
// populations and stay apart: their mixture moves when the mix does, though no server changed.
type latency struct {
	ttft, fromSchedule, firstOutput, serverWait series.Vec[prometheus.Observer]
	interToken, tps, duration, stall            series.Vec[prometheus.Observer]
	log                                         series.Vec[prometheus.Observer]
	logSquared                                  series.Vec[prometheus.Counter]
}

func populationLabels() []series.Label {
	bands := workload.Bands()
	context := make([]string, len(bands))
	for i, b := range bands {
		context[i] = b.Name
	}
	return []series.Label{{Name: "cache", Values: []string{"cold", "warm"}}, {Name: "context", Values: context}}
}

func newLatency(s *series.Registry, targets []prober.Target) latency {
	seconds := func(name, help string, buckets []float64) series.Vec[prometheus.Observer] {
		return s.HistogramVec(series.Family{Name: name, Unit: "seconds", Help: help, Buckets: buckets, Labels: populationLabels()})
	}
	first := withThresholds(firstTokenBuckets(), targets, slo.TTFT)
	return latency{
		ttft: seconds("ttft_seconds",
			"Time to first token on any channel, from the start of the request on a connection in hand. The primary SLI. Observed for every stream that had a first token, however it ended; a failure before it adds nothing here.", first),
		fromSchedule: seconds("ttft_from_schedule_seconds",
			"Time to first token from the scheduled instant: what a user felt who did not wait for this process's scheduler, connection set-up included.", first),
		firstOutput: seconds("time_to_first_output_token_seconds",
			"Time to the first token that is text or a tool call; later than the first token of a model that reasons.", first),
		serverWait: seconds("server_wait_seconds",
			"Time from the end of the upload, acknowledged by the server where the platform tells, to the first token; comparable with the engine's own time to first token.", first),
		interToken: seconds("inter_token_seconds",
			"Mean time between the output tokens of a finished stream of 16 tokens or more, counted by the server's usage.", interTokenBuckets()),
		tps: s.HistogramVec(series.Family{Name: "output_tokens_per_second", Labels: populationLabels(),
			Help:    "Output tokens per second that one user saw, of a finished stream of 16 tokens or more, counted by the server's usage.",
			Buckets: withThresholds(tpsBuckets(), targets, slo.TPS)}),
		duration: seconds("request_duration_seconds",
			"Time from the start of the request to the last token of an answer that finished.", durationBuckets()),
		stall: seconds("stall_seconds",
			"Longest gap between token-bearing events of an answer that finished.", stallBuckets()),
		log: s.SummaryVec(series.Family{Name: "ttft_log", Labels: populationLabels(),
			Help: "Natural logarithm of the time to first token in milliseconds, at least 0; with its squares, enough for a test of whether two windows differ."}),
		logSquared: s.CounterVec(series.Family{Name: "ttft_log_squared_total", Labels: populationLabels(),
			Help: "Sum of the squares of what firsttoken_ttft_log observed."}),
	}
}

// population are the children of one target, cache and context.
type population struct {
	ttft, fromSchedule, firstOutput, serverWait prometheus.Observer
	interToken, tps, duration, stall            prometheus.Observer
	log                                         prometheus.Observer
	logSquared                                  prometheus.Counter
}

func (l latency) create(target string) []population {
	ttft, fromSchedule, firstOutput, serverWait := l.ttft.Create(target), l.fromSchedule.Create(target), l.firstOutput.Create(target), l.serverWait.Create(target)
	interToken, tps, duration, stall := l.interToken.Create(target), l.tps.Create(target), l.duration.Create(target), l.stall.Create(target)
	log, logSquared := l.log.Create(target), l.logSquared.Create(target)
	all := make([]population, len(ttft))
	for i := range all {
		all[i] = population{
			ttft[i], fromSchedule[i], firstOutput[i], serverWait[i],
			interToken[i], tps[i], duration[i], stall[i],
			log[i], logSquared[i],
		}
	}
	return all
}

func (l latency) delete(target string) {
	for _, h := range []series.Vec[prometheus.Observer]{
		l.ttft, l.fromSchedule, l.firstOutput, l.serverWait, l.interToken, l.tps, l.duration, l.stall, l.log,
	} {
		h.Delete(target)
	}
	l.logSquared.Delete(target)
}

// observe adds what a steady result had, each with the exemplar e, which may be nil.
func (p population) observe(r prober.Result, e prometheus.Labels) {
	span(p.ttft, e)(r.TTFT())
	span(p.fromSchedule, e)(r.TTFTFromSchedule())
	span(p.firstOutput, e)(r.TimeToFirstOutput())
	span(p.serverWait, e)(r.ServerWait())
	if ttft, ok := r.TTFT(); ok {
		x := logOf(ttft)
		p.log.Observe(x)
		p.logSquared.Add(x * x)
	}
	if r.Outcome != chat.OK {
		return // its last token was not the answer's last: the rest would look better than it was
	}
	span(p.interToken, e)(r.InterToken())
	span(p.duration, e)(r.Duration())
	span(p.stall, e)(r.Stall())
	if tps, ok := r.TPS(); ok {
		measure(p.tps, tps, e)
	}
}

// span takes one of a result's durations, which may be absent.
func span(o prometheus.Observer, exemplar prometheus.Labels) func(time.Duration, bool) {
	return func(d time.Duration, ok bool) {
		if ok {
			measure(o, d.Seconds(), exemplar)
		}
	}
}

// logOf is ln(ms), and 0 under a millisecond so that its sum never falls: 720 ms is 6.579.
func logOf(ttft time.Duration) float64 {
	return max(0, math.Log(ttft.Seconds()*1e3))
}
