package promlab

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

// Sample is one sample of a page before it is stored.
type Sample struct {
	Labels    *labels.Builder
	At        time.Time
	Value     float64
	Histogram *histogram.Histogram

	floats *histogram.FloatHistogram
}

// Name of the sample's metric.
func (s Sample) Name() string { return s.Labels.Get(model.MetricNameLabel) }

// Edit changes a sample before it is stored, or drops it by returning false.
type Edit func(*Sample) bool

// withoutBuckets drops the buckets of classic histograms: no rule reads them, and they are nine tenths of the samples.
func withoutBuckets(s *Sample) bool { return !strings.HasSuffix(s.Name(), "_bucket") }

// Ingest stores pages as a scrape would, in their order, each with its up, and without classic buckets.
func (s *Server) Ingest(ctx context.Context, how Ingestion, pages ...Page) error {
	for _, p := range pages {
		if err := s.IngestEdited(ctx, how, p, withoutBuckets); err != nil {
			return err
		}
	}
	return nil
}

// IngestEdited stores one page with its up. Every sample passes through edit.
func (s *Server) IngestEdited(ctx context.Context, how Ingestion, p Page, edit Edit) error {
	options := textparse.ParserOptions{IgnoreNativeHistograms: how == Classic}
	parser, err := textparse.New(p.Body, p.ContentType, labels.NewSymbolTable(), options)
	if err != nil {
		return fmt.Errorf("page of %s: %w", p.At, err)
	}
	app := s.DB.AppenderV2(ctx)
	err = store(app, p, edit, Sample{Labels: labels.NewBuilder(labels.FromStrings(model.MetricNameLabel, "up")), Value: 1})
	for err == nil {
		var entry textparse.Entry
		if entry, err = parser.Next(); err == nil {
			err = storeEntry(app, parser, entry, p, edit)
		}
	}
	if errors.Is(err, io.EOF) {
		return app.Commit()
	}
	return fmt.Errorf("page of %s: %w", p.At, errors.Join(err, app.Rollback()))
}

func storeEntry(app storage.AppenderV2, parser textparse.Parser, entry textparse.Entry, p Page, edit Edit) error {
	var s Sample
	switch entry {
	case textparse.EntrySeries:
		_, _, s.Value = parser.Series()
	case textparse.EntryHistogram:
		_, _, s.Histogram, s.floats = parser.Histogram()
	default:
		return nil
	}
	var own labels.Labels
	parser.Labels(&own)
	s.Labels = labels.NewBuilder(own)
	return store(app, p, edit, s)
}

func store(app storage.AppenderV2, p Page, edit Edit, s Sample) error {
	for i := 0; i+1 < len(p.Labels); i += 2 {
		s.Labels.Set(p.Labels[i], p.Labels[i+1])
	}
	s.At = p.At
	if !edit(&s) {
		return nil
	}
	_, err := app.Append(0, s.Labels.Labels(), 0, s.At.UnixMilli(), s.Value, s.Histogram, s.floats, storage.AOptions{})
	return err
}
