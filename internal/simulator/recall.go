package simulator

import "bytes"

// The question that a prober may ask in its last message, and the sentence that holds the answer:
//
//	The checksum of module <name> is <digits>.
//	What is the checksum of module <name>? Answer with the number only.
const (
	asking  = "What is the checksum of module "
	telling = "The checksum of module "
)

// questionReach is how far from the end of a prompt its question may begin. After it there is at most what a dialect
// without messages adds.
const questionReach = 200

// recall finds the number that the message which begins at pieces[last] asks for at its end; empty if it asks
// for nothing, or the text does not contain it. Only a question costs a copy of the text.
func recall(pieces [][]byte, last int) string {
	end := tail(pieces[min(last, len(pieces)):], questionReach)
	at := bytes.LastIndex(end, []byte(asking))
	if at < 0 {
		return ""
	}
	name := between(end[at:], asking, "?")
	if len(name) == 0 {
		return ""
	}
	digits := between(bytes.Join(pieces, nil), telling+string(name)+" is ", ".")
	for _, c := range digits {
		if c < '0' || c > '9' {
			return ""
		}
	}
	return string(digits)
}

// tail is a copy of at most the last n bytes.
func tail(pieces [][]byte, n int) []byte {
	var end []byte
	for i := len(pieces) - 1; i >= 0 && len(end) < n; i-- {
		piece := pieces[i]
		end = append(bytes.Clone(piece[max(0, len(piece)-n+len(end)):]), end...)
	}
	return end
}

// between is the text between two marks; nil if either is missing.
func between(text []byte, before, after string) []byte {
	_, rest, found := bytes.Cut(text, []byte(before))
	if !found {
		return nil
	}
	inner, _, found := bytes.Cut(rest, []byte(after))
	if !found {
		return nil
	}
	return inner
}

// misremembered is a number of the same length with every digit changed.
func misremembered(digits string) string {
	wrong := []byte(digits)
	for i, c := range wrong {
		wrong[i] = '0' + (c-'0'+5)%10
	}
	return string(wrong)
}
