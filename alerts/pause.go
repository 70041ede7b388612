package alerts

// pauseMemory is for how long after a pause its target's alerts stay silent: a sentinel's first answer takes three
// minutes, and that after a wait for a cold cache.
const pauseMemory = Window("10m")

// PausedRecord is 1 where nothing is sent on purpose, and for pauseMemory after that, else absent.
const PausedRecord = "target:firsttoken_paused:bool"

func (b builder) pausedRecord() Rule {
	return record(PausedRecord, b.fill("max by ($byTarget) (max_over_time(firsttoken_paused[$w])) > 0",
		values{"w": string(pauseMemory)}))
}

// unlessPaused silences an alert about what a target lacks: load, answers, first tokens.
func (b builder) unlessPaused(expr string) string {
	return b.fill(`
$expr
unless on ($byTarget)
  $paused`, values{"expr": bracketed(expr), "paused": PausedRecord})
}
