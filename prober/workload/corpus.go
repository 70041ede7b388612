package workload

// Corpus is the text that all sessions of a process are cut from. It is immutable and safe for
// concurrent use; make one.
type Corpus struct{}

// NewCorpus generates the text. The version stands in the shared prefix: another version of the
// program starts with a cold prefix, and the same version finds its own.
func NewCorpus(version string) *Corpus { return &Corpus{} }
