package workload

// kind is what a recorded message is.
type kind uint8

const (
	system   kind = iota // shared prefix
	opening              // salt, repository with its facts, task
	summary              // the same after a compaction
	calling              // answer: text and a tool call
	telling              // answer: text for a person
	recalled             // answer: the number that was asked for
	tool                 // what the tool returned, and an instruction
	human                // what the person wrote
	asking               // what the person wrote, ending in a recall question
)

// record holds where a message's words are cut from the corpus, and which phrases go with them. It has
// 16 bytes; a session of 100 turns has some 3 KiB.
type record struct {
	offset uint32
	words  uint32 // cut from the corpus; phrases come on top
	call   uint32 // id of the tool call that is made or answered
	kind   kind
	pick   uint8 // which instruction or module; in opening and summary, where the facts stand, in 1/256
}

// extent is a size in both units of Calibration.
type extent struct{ words, messages int }

func (e extent) plus(o extent) extent { return extent{e.words + o.words, e.messages + o.messages} }
