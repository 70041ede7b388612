package lab

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/histogram"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/textparse"
	"github.com/prometheus/prometheus/storage"
)

// Page is what a metrics page showed at an instant, and the labels that a scrape adds.
type Page struct {
	At          time.Time
	ContentType string
	Body        []byte
	Labels      []string // names and values in turn: job, instance
}

// Ingestion is how a server takes histograms that are classic and native at once.
type Ingestion int

const (
	Classic Ingestion = iota // Prometheus' default up to 3.x: the classic series
	Native                   // scrape_native_histograms: the native ones, and no _bucket, _sum or _count
)

// Ingest appends pages as a scrape would, in their order, each with its up. Buckets of classic histograms
// are left out: no rule reads them, and they are nine tenths of the samples.
func (s *Server) Ingest(ctx context.Context, how Ingestion, pages ...Page) error {
	for _, p := range pages {
		if err := s.ingest(ctx, how, p); err != nil {
			return fmt.Errorf("page of %s: %w", p.At, err)
		}
	}
	return nil
}

func (s *Server) ingest(ctx context.Context, how Ingestion, p Page) error {
	parser, err := textparse.New(p.Body, p.ContentType, labels.NewSymbolTable(), textparse.ParserOptions{IgnoreNativeHistograms: how == Classic})
	if err != nil {
		return err
	}
	app := s.DB.AppenderV2(ctx)
	up := labels.NewBuilder(labels.FromStrings(p.Labels...)).Set(model.MetricNameLabel, "up").Labels()
	if _, err := app.Append(0, up, 0, p.At.UnixMilli(), 1, nil, nil, storage.AOptions{}); err != nil {
		return errors.Join(err, app.Rollback())
	}
	for {
		entry, err := parser.Next()
		if errors.Is(err, io.EOF) {
			return app.Commit()
		}
		if err == nil {
			err = appendEntry(app, parser, entry, p)
		}
		if err != nil {
			return errors.Join(err, app.Rollback())
		}
	}
}

func appendEntry(app storage.AppenderV2, parser textparse.Parser, entry textparse.Entry, p Page) error {
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
	if strings.HasSuffix(own.Get(model.MetricNameLabel), "_bucket") {
		return nil
	}
	all := labels.NewBuilder(own)
	for i := 0; i+1 < len(p.Labels); i += 2 {
		all.Set(p.Labels[i], p.Labels[i+1])
	}
	_, err := app.Append(0, all.Labels(), 0, p.At.UnixMilli(), v, h, fh, storage.AOptions{})
	return err
}
