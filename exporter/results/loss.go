package results

// Loss is why a result is missing from the results file.
type Loss string

// All losses.
const (
	LossNotEncoded  Loss = "not_encoded"  // JSON cannot write it
	LossQueueFull   Loss = "queue_full"   // the disk was too slow
	LossWriteFailed Loss = "write_failed" // a full disk, a file that cannot be opened or rotated
	LossShutdown    Loss = "shutdown"     // the process ended before it was written
)

// Losses lists them all.
func Losses() []Loss { return []Loss{LossNotEncoded, LossQueueFull, LossWriteFailed, LossShutdown} }

// LossCounter counts the results that are missing from the file.
type LossCounter interface{ Lost(why Loss, results int) }
