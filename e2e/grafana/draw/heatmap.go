package draw

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/firsttoken/firsttoken/e2e/grafana"
)

// heatmap turns cumulative buckets into counts and draws them.
func (p panel) heatmap() string {
	buckets := slices.SortedFunc(slices.Values(p.found), func(a, b grafana.Series) int {
		return cmp.Compare(upperBound(a), upperBound(b))
	})
	const left, top, foot = 58.0, 4.0, 26.0
	area := plot{p.when, left, top, float64(p.width) - left - 14, float64(p.height) - top - foot}
	each := area.height / float64(len(buckets))
	counts, most := bucketCounts(buckets)
	s := newSVG(p.width, p.height)
	for i, bucket := range buckets {
		y := area.bottom() - float64(i+1)*each
		if i%3 == 0 && i+1 < len(buckets) {
			s.text(left-5, y+4, atEnd, p.FieldConfig.Defaults.Text(upperBound(bucket)))
		}
		for j, at := range bucket.At {
			if counts[i][j] <= 1e-9 {
				continue
			}
			width := area.width / 180
			if j > 0 {
				width = area.x(at) - area.x(bucket.At[j-1])
			}
			opacity := math.Min(1, 0.15+math.Sqrt(counts[i][j]/most))
			fmt.Fprintf(s, `<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="#FF9830" opacity="%.2f"/>`,
				area.x(at)-width, y, math.Max(1, width-0.5), each-0.5, opacity)
		}
	}
	area.times(s)
	return s.close()
}

// upperBound of a bucket.
func upperBound(bucket grafana.Series) float64 {
	v, err := strconv.ParseFloat(bucket.Labels.Get("le"), 64)
	if err != nil {
		return math.Inf(1)
	}
	return v
}

// bucketCounts takes from each cumulative bucket the one below it, and returns the largest count too.
func bucketCounts(buckets []grafana.Series) (counts [][]float64, most float64) {
	counts = make([][]float64, len(buckets))
	for i := range buckets {
		for j, c := range buckets[i].Values {
			if i > 0 && j < len(buckets[i-1].Values) {
				c -= buckets[i-1].Values[j]
			}
			counts[i] = append(counts[i], c)
			most = math.Max(most, c)
		}
	}
	return counts, most
}
