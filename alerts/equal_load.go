package alerts

import "fmt"

// loadRecord is ln(1 + requests running and waiting in the engine); with a window, its mean.
const loadRecord = "target:engine_load:log"

// loadRecords judge TTFT beside the load that the engine had at the time:
//
//	residual = ln TTFT − ( mean + slope · (load − mean load) )
//
// The line is fitted each hour to the last seven days. A level counts for it by no more than FitClip beside the line,
// so that an incident moves it little.
func (b builder) loadRecords(r Comparison) []Rule {
	now := fmt.Sprintf("ln(1 + %s + (%s or 0 * %s))", RunningRecord, WaitingRecord, RunningRecord)
	rules := []Rule{record(loadRecord, now)}
	for _, row := range r.Rows {
		w := string(row.Window)
		level, load := b.levelRecord(Slower().TTFT, "level", row.Window), b.levelRecord(r, "load", row.Window)
		rules = append(rules,
			record(loadRecord+w, "avg_over_time("+loadRecord+"["+w+"])"),
			record(load, b.fill("0 * $level + on ($byEngine) group_left () $load",
				values{"level": level, "load": loadRecord + w})),
			record(b.levelRecord(r, "residual", row.Window), fill(`
$level
-
(
    last_over_time($mean[$fresh])
  +
    last_over_time($slope[$fresh]) * ($load - last_over_time($usual[$fresh]))
)`, values{
				"level": level, "load": load, "fresh": string(slowerFresh),
				"mean": b.levelRecord(r, "fit_mean", ""), "slope": b.levelRecord(r, "fit_slope", ""),
				"usual": b.levelRecord(r, "fit_load", ""),
			})),
			b.zRecord(r, row.Window, "1"),
		)
	}
	return append(rules, b.clippedRecords(r)...)
}

// clippedRecords are what the line is fitted to: the levels of the shortest window.
func (b builder) clippedRecords(r Comparison) []Rule {
	w := r.Rows[0].Window
	clipped, load := b.levelRecord(r, "clipped", ""), b.levelRecord(r, "load", w)
	return []Rule{
		record(clipped, fill(`
($level - $residual) + clamp($residual, -$clip, $clip)
or
$level and $load`, values{
			"level": b.levelRecord(Slower().TTFT, "level", w), "residual": b.levelRecord(r, "residual", w),
			"load": load, "clip": number(FitClip),
		})),
		record(b.levelRecord(r, "product", ""), clipped+" * "+load),
	}
}

// fitRecords are the line's, each hour, once there are two days.
func (b builder) fitRecords(r Comparison) []Rule {
	v := values{
		"clipped": b.levelRecord(r, "clipped", ""), "product": b.levelRecord(r, "product", ""),
		"load": b.levelRecord(r, "load", r.Rows[0].Window), "w": string(fitWindow), "ridge": number(FitRidge),
		"mean": b.levelRecord(r, "fit_mean", ""), "usual": b.levelRecord(r, "fit_load", ""),
	}
	return []Rule{
		record(b.levelRecord(r, "fit_mean", ""), fill(
			"avg_over_time($clipped[$w])\nand\nlast_over_time($clipped[1h] offset 2d)", v)),
		record(b.levelRecord(r, "fit_load", ""), fill("avg_over_time($load[$w])", v)),
		record(b.levelRecord(r, "fit_slope", ""), fill(`
clamp_min(
  (avg_over_time($product[$w]) - $mean * $usual)
  /
  (stdvar_over_time($load[$w]) + $ridge),
  0
)`, v)),
	}
}
