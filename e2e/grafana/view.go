package grafana

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/storage"

	"github.com/firsttoken/firsttoken/e2e/promlab"
)

// View is an opened dashboard: the instant and the range that it shows, and the values of its variables.
type View struct {
	Storage storage.Queryable
	At      time.Time
	Range   time.Duration
	Values  map[string]string

	engine *promql.Engine
}

// Open opens a dashboard at an instant. Variables that are not chosen have their defaults.
func Open(
	ctx context.Context, store storage.Queryable, d Dashboard, at time.Time, chosen map[string]string,
) (*View, error) {
	v := &View{Storage: store, At: at, Values: map[string]string{}, engine: promlab.NewEngine()}
	lasts, err := model.ParseDuration(strings.TrimPrefix(d.Time.From, "now-"))
	if err != nil {
		return nil, err
	}
	v.Range = time.Duration(lasts)
	for _, x := range d.Templating.List {
		value, ok := chosen[x.Name]
		if !ok {
			if value, err = v.initial(ctx, x); err != nil {
				return nil, fmt.Errorf("variable %s: %w", x.Name, err)
			}
		}
		v.Values[x.Name] = value
	}
	return v, nil
}
