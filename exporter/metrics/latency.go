package metrics

import (
	"math"

	"github.com/firsttoken/firsttoken/exporter/series"
	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/slo"
	"github.com/firsttoken/firsttoken/prober/workload"
)

// populationLabels split what a user feels. Cold and warm prefixes, and short and long contexts, are different
// populations and stay apart: their mixture moves when the mix does, though no server changed.
func populationLabels() []series.Label {
	context := series.Label{Name: "context"}
	for _, b := range workload.Bands() {
		context.Values = append(context.Values, b.Name)
	}
	return []series.Label{series.LabelOf("cache", "cold", "warm"), context}
}

// latency is a row that is split by population.
func latency(f series.Family, w when, u update) row {
	f.Labels = populationLabels()
	return row{family: f, byPopulation: true, when: w, update: u}
}

// firstTokenRows are the times to the first token of a stream, however it ended.
func firstTokenRows(targets []prober.Target) []row {
	buckets := withThresholds(firstTokenBuckets(), targets, slo.TTFT)
	return []row{
		latency(series.Family{
			Type: series.TypeHistogram, Name: "ttft_seconds", Unit: "seconds", Buckets: buckets,
			Help: "Time to first token on any channel, from the start of the request on a connection in hand. " +
				"The primary SLI. Observed for every stream that had a first token, however it ended; " +
				"a failure before it adds nothing here.",
		}, hadFirstToken, seconds((*prober.Result).TTFT)),
		latency(series.Family{
			Type: series.TypeHistogram, Name: "ttft_from_schedule_seconds", Unit: "seconds", Buckets: buckets,
			Help: "Time to first token from the scheduled instant: what a user felt who did not wait for " +
				"this process's scheduler, connection set-up included.",
		}, hadFirstToken, seconds((*prober.Result).TTFTFromSchedule)),
		latency(series.Family{
			Type: series.TypeHistogram, Name: "time_to_first_output_token_seconds", Unit: "seconds", Buckets: buckets,
			Help: "Time to the first token that is text or a tool call; later than the first token of a model that reasons.",
		}, hadFirstToken, seconds((*prober.Result).TimeToFirstOutput)),
		latency(series.Family{
			Type: series.TypeHistogram, Name: "server_wait_seconds", Unit: "seconds", Buckets: buckets,
			Help: "Time from the end of the upload, acknowledged by the server where the platform tells, " +
				"to the first token; comparable with the engine's own time to first token.",
		}, hadFirstToken, seconds((*prober.Result).ServerWait)),
	}
}

// finishedRows are about whole answers.
func finishedRows(targets []prober.Target) []row {
	return []row{
		latency(series.Family{
			Type: series.TypeHistogram, Name: "inter_token_seconds", Unit: "seconds", Buckets: interTokenBuckets(),
			Help: "Mean time between the output tokens of a finished stream of 16 tokens or more, " +
				"counted by the server's usage.",
		}, onlyFinished, seconds((*prober.Result).InterToken)),
		latency(series.Family{
			Type: series.TypeHistogram, Name: "output_tokens_per_second",
			Buckets: withThresholds(tpsBuckets(), targets, slo.TPS),
			Help: "Output tokens per second that one user saw, of a finished stream of 16 tokens or more, " +
				"counted by the server's usage.",
		}, onlyFinished, value((*prober.Result).TPS)),
		latency(series.Family{
			Type: series.TypeCounter, Name: "streamed_tokens_total",
			Help: "Tokens that count in firsttoken_output_tokens_per_second; over firsttoken_streamed_seconds_total they " +
				"are the mean rate of several answers, which a mean of their rates is not.",
		}, onlyFinished, value((*prober.Result).Streamed)),
		latency(series.Family{
			Type: series.TypeCounter, Name: "streamed_seconds_total", Unit: "seconds",
			Help: "Time in which the tokens of firsttoken_streamed_tokens_total came.",
		}, onlyFinished, seconds((*prober.Result).StreamedFor)),
		latency(series.Family{
			Type: series.TypeHistogram, Name: "request_duration_seconds", Unit: "seconds", Buckets: durationBuckets(),
			Help: "Time from the start of the request to the last token of an answer that finished.",
		}, onlyFinished, seconds((*prober.Result).Duration)),
		latency(series.Family{
			Type: series.TypeHistogram, Name: "stall_seconds", Unit: "seconds", Buckets: stallBuckets(),
			Help: "Longest gap between token-bearing events of an answer that finished.",
		}, onlyFinished, seconds((*prober.Result).Stall)),
	}
}

// logRows hold the mean and the variance of the logarithm of TTFT.
func logRows() []row {
	return []row{
		latency(series.Family{
			Type: series.TypeSummary, Name: "ttft_log",
			Help: "Natural logarithm of the time to first token in milliseconds, at least 0; with its squares, " +
				"enough for a test of whether two windows differ. Results in doubt are not in it.",
		}, hadFirstToken, value(logTTFT)),
		latency(series.Family{
			Type: series.TypeCounter, Name: "ttft_log_squared_total",
			Help: "Sum of the squares of what firsttoken_ttft_log observed.",
		}, hadFirstToken, value(func(r *prober.Result) (float64, bool) {
			x, ok := logTTFT(r)
			return x * x, ok
		})),
	}
}

// logTTFT is ln(TTFT in ms), and 0 under a millisecond so that its sum never falls: of 720 ms it is 6.579. A result in
// doubt has none: a window of the regression alerts would hold it for a week.
func logTTFT(r *prober.Result) (float64, bool) {
	ttft, ok := r.TTFT()
	return max(0, math.Log(ttft.Seconds()*1e3)), ok && !r.Untrusted
}
