package dashboards

import (
	"context"
	"strings"
	"time"

	"github.com/firsttoken/firsttoken/e2e/promlab"
)

// ingester stores the pages of one target as a scrape would, buckets included, and moves them to another day. Each
// target has a prober of its own here, as shards have.
type ingester struct {
	server   *promlab.Server
	how      promlab.Ingestion
	began    time.Time     // start of the prober, after the shift
	shift    time.Duration // from simulated time
	instance string
	subject  string
}

func (in *ingester) page(ctx context.Context, p promlab.Page) error {
	first := firstTokens{}
	edit := func(s *promlab.Sample) bool {
		in.move(s)
		first.add(s)
		return !strings.HasPrefix(s.Name(), "go_")
	}
	if err := in.server.IngestEdited(ctx, in.how, p, edit); err != nil {
		return err
	}
	if err := in.certificate(ctx, p.At.Add(in.shift)); err != nil {
		return err
	}
	return in.layers(ctx, p.At.Add(in.shift), first)
}

// move gives a sample its instance and its day. Values that are instants move too.
func (in *ingester) move(s *promlab.Sample) {
	instance := in.subject + ":8000"
	if s.Labels.Get("job") == "firsttoken" {
		instance = in.instance
	}
	s.Labels.Set("instance", instance)
	s.At = s.At.Add(in.shift)
	switch {
	case s.Name() == "process_start_time_seconds":
		s.Value = float64(in.began.Unix())
	case strings.HasSuffix(s.Name(), "_timestamp_seconds") && s.Value > 0:
		s.Value += in.shift.Seconds()
	}
}

// certificate makes up when a certificate expires: the simulator is reached without TLS.
func (in *ingester) certificate(ctx context.Context, at time.Time) error {
	s := promlab.NewSeries("firsttoken_tls_certificate_expiry_timestamp_seconds",
		"job", "firsttoken", "instance", in.instance, "target", in.subject)
	s.Value = float64(now().Add(40 * 24 * time.Hour).Unix())
	return in.server.Append(ctx, at, []*promlab.Series{s})
}

// firstTokens sums the times to first token of a page over all of its series.
type firstTokens struct{ sum, count float64 }

func (f *firstTokens) add(s *promlab.Sample) {
	switch {
	case s.Name() == "firsttoken_ttft_seconds_sum":
		f.sum += s.Value
	case s.Name() == "firsttoken_ttft_seconds_count":
		f.count += s.Value
	case s.Name() == "firsttoken_ttft_seconds" && s.Histogram != nil:
		f.sum, f.count = f.sum+s.Histogram.Sum, f.count+float64(s.Histogram.Count)
	}
}

// layers makes up the metrics that the layers of a Together dedicated endpoint would export about the same requests:
// fixed shares of what the client measured. No simulator of these layers exists.
func (in *ingester) layers(ctx context.Context, at time.Time, seen firstTokens) error {
	if in.subject != "kimi-together" || seen.count == 0 {
		return nil
	}
	var all []*promlab.Series
	for _, layer := range []struct {
		name  string
		scale float64
	}{{"worker_ttft_seconds", 0.70}, {"router_inference_ttft_seconds", 0.86}, {"edge_inference_ttft_ms", 0.93 * 1000}} {
		for suffix, v := range map[string]float64{"_sum": seen.sum * layer.scale, "_count": seen.count} {
			s := promlab.NewSeries(layer.name+suffix,
				"target", in.subject, "job", "together", "instance", "metrics.together.ai")
			s.Value = v
			all = append(all, s)
		}
	}
	return in.server.Append(ctx, at, all)
}
