package board

import (
	"context"
	"errors"
	"io"
	"strings"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/histogram"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/textparse"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb"

	"github.com/firsttoken/firsttoken/e2e/lab"
)

// ingester takes pages as a scrape would, buckets included, and carries them to another day.
type ingester struct {
	db       *tsdb.DB
	how      lab.Ingestion
	began    time.Time // when the prober started
	shift    time.Duration
	instance string
	subject  string
}

func (in *ingester) page(ctx context.Context, p lab.Page) error {
	parser, err := textparse.New(p.Body, p.ContentType, labels.NewSymbolTable(), textparse.ParserOptions{IgnoreNativeHistograms: in.how == lab.Classic})
	if err != nil {
		return err
	}
	app := in.db.AppenderV2(ctx)
	target := in.labels(p)
	at := p.At.Add(in.shift).UnixMilli()
	up := target.Set(model.MetricNameLabel, "up").Labels()
	_, err = app.Append(0, up, 0, at, 1, nil, nil, storage.AOptions{})
	first := firstTokens{}
	for err == nil {
		var entry textparse.Entry
		if entry, err = parser.Next(); err != nil {
			break
		}
		err = in.entry(app, parser, entry, in.labels(p), at, &first)
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return errors.Join(err, app.Rollback())
	}
	if err := in.layers(app, at, first); err != nil {
		return errors.Join(err, app.Rollback())
	}
	return app.Commit()
}

// labels are those of the scrape; each target has a prober of its own here, as shards have.
func (in *ingester) labels(p lab.Page) *labels.Builder {
	b := labels.NewBuilder(labels.FromStrings(p.Labels...))
	if b.Get("job") == "firsttoken" {
		return b.Set("instance", in.instance)
	}
	return b.Set("instance", in.subject+":8000")
}

func (in *ingester) entry(app storage.AppenderV2, parser textparse.Parser, entry textparse.Entry, all *labels.Builder, at int64, first *firstTokens) error {
	var v float64
	var h *histogram.Histogram
	var fh *histogram.FloatHistogram
	switch entry {
	case textparse.EntrySeries:
		_, _, v = parser.Series()
	case textparse.EntryHistogram:
		_, _, h, fh = parser.Histogram()
	default:
		return nil
	}
	var own labels.Labels
	parser.Labels(&own)
	name := own.Get(model.MetricNameLabel)
	if strings.HasPrefix(name, "go_") {
		return nil
	}
	own.Range(func(l labels.Label) { all.Set(l.Name, l.Value) })
	switch {
	case name == "process_start_time_seconds":
		v = float64(in.began.Unix())
	case strings.HasSuffix(name, "_timestamp_seconds") && v > 0:
		v += in.shift.Seconds()
	case name == "firsttoken_ttft_seconds_sum":
		first.sum += v
	case name == "firsttoken_ttft_seconds_count":
		first.count += v
	case h != nil && name == "firsttoken_ttft_seconds":
		first.sum, first.count = first.sum+h.Sum, first.count+float64(h.Count)
	}
	_, err := app.Append(0, all.Labels(), 0, at, v, h, fh, storage.AOptions{})
	return err
}

// firstTokens is what the page said of all first tokens.
type firstTokens struct{ sum, count float64 }

// layers makes up what a Together dedicated endpoint would have said of the same requests: fixed
// shares of what the client saw. There is no simulator of these layers.
func (in *ingester) layers(app storage.AppenderV2, at int64, seen firstTokens) error {
	if in.subject != "kimi-together" || seen.count == 0 {
		return nil
	}
	for _, layer := range []struct {
		name  string
		scale float64
	}{{"worker_ttft_seconds", 0.70}, {"router_inference_ttft_seconds", 0.86}, {"edge_inference_ttft_ms", 0.93 * 1000}} {
		for suffix, v := range map[string]float64{"_sum": seen.sum * layer.scale, "_count": seen.count} {
			l := labels.FromStrings(model.MetricNameLabel, layer.name+suffix, "target", in.subject, "job", "together", "instance", "metrics.together.ai")
			if _, err := app.Append(0, l, 0, at, v, nil, nil, storage.AOptions{}); err != nil {
				return err
			}
		}
	}
	return nil
}
