package simulator

// words are what answers consist of. Each is one token with its leading space, and none needs escaping.
func words() []string {
	return []string{
		" the", " file", " and", " then", " we", " read", " test", " run", " fix", " code", " path", " value",
		" error", " return", " check", " call", " data", " list", " name", " line", " build", " type", " new", " func",
		" if", " err", " nil", " for", " range", " set", " key", " map", " state", " cache", " first", " last",
		" write", " close", " open", " lock", " wait", " start", " time", " count", " next", " item", " node", " tree",
	}
}

// tokenSplit divides an answer's tokens among the channels: reasoning, then text, then a tool call. Any may be
// none.
type tokenSplit struct{ reasoning, text, toolCall int }

// splitTokens divides n tokens. A tool call takes a quarter of what is not reasoning, and at least three
// tokens, but never the first of the text.
func splitTokens(n int, reasonRatio float64, call bool) tokenSplit {
	if n == 0 {
		return tokenSplit{}
	}
	p := tokenSplit{reasoning: min(int(float64(n)*reasonRatio), n-1)}
	p.text = n - p.reasoning
	if call && p.text >= 4 {
		p.toolCall = max(3, p.text/4)
		p.text -= p.toolCall
	}
	return p
}

// at is the channel of token i, and how many tokens of that channel are left, i included.
func (p tokenSplit) at(i int) (c channel, left int) {
	switch {
	case i < p.reasoning:
		return reasoning, p.reasoning - i
	case i < p.reasoning+p.text:
		return text, p.reasoning + p.text - i
	}
	return toolCall, p.reasoning + p.text + p.toolCall - i
}

// wordWriter makes an answer's text, token by token.
type wordWriter struct {
	words  []string
	split  tokenSplit
	lead   string // the text's first token
	random uint64
	next   int
}

// token appends the next token to b.
func (w *wordWriter) token(b []byte) []byte {
	c, left := w.split.at(w.next)
	first := c == text && w.next == w.split.reasoning
	w.next++
	switch {
	case first && w.lead != "":
		return append(b, w.lead...)
	case c == toolCall && left == w.split.toolCall:
		return append(b, `{\"path\":\"`...)
	case c == toolCall && left == 1:
		return append(b, `\"}`...)
	}
	return w.word(b)
}

// word appends any word to b.
func (w *wordWriter) word(b []byte) []byte {
	w.random ^= w.random << 13
	w.random ^= w.random >> 7
	w.random ^= w.random << 17
	return append(b, w.words[w.random%uint64(len(w.words))]...)
}
