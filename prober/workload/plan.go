package workload

import "time"

// minRecallTokens leaves a reasoning model room to find the number.
const minRecallTokens = 256

// plan is the next turn, drawn as soon as the one before it is known: the messages that it adds to the
// history, or that replace the history.
type plan struct {
	add    [2]record
	n      int
	size   extent // of the whole prompt
	reset  bool   // add replaces the history
	prefix extent
	recall recall
}

// recall says whether a turn asks for a module's number, and for which.
type recall struct {
	asked  bool
	module int
}

// advance carries out the plan and returns its recall.
func (s *Session) advance() recall {
	p := &s.next
	if p.reset {
		if s.turn > 0 {
			s.fresh = Compacted
		}
		s.records, s.prefix, s.warm = nil, p.prefix, false
	}
	s.records = append(s.records, p.add[:p.n]...)
	s.size = p.size
	s.turn++
	return p.recall
}

// decide draws the rest of the current turn (the answer's length and the pause after it) and plans the
// next one.
func (s *Session) decide(now recall) (maxTokens int, pause time.Duration) {
	maxTokens = s.shape.Output.draw(&s.dice)
	if s.brief {
		maxTokens, s.brief = min(maxTokens, briefTokens), false
	}
	if now.asked {
		maxTokens = max(maxTokens, minRecallTokens)
	}
	client, pause := s.pause()
	s.planGrowth(now, maxTokens, client)
	if int(s.tokens(s.next.size)) > s.largest() || s.tenth {
		s.meetLimit()
	}
	return maxTokens, pause
}

// pause draws how long the session waits, and whose message follows: a tool's, or that of a person who
// was near or away. Recall questions are a person's: their share is taken from those turns.
func (s *Session) pause() (kind, time.Duration) {
	who, question := s.dice.uniform(), s.dice.uniform()
	person := s.shape.HumanShare + s.shape.IdleShare
	speaker := human
	if question*person < s.shape.RecallShare {
		speaker = asking
	}
	switch {
	case who < s.shape.HumanShare:
		return speaker, s.shape.HumanPause.draw(&s.dice)
	case who < person:
		return speaker, time.Duration(s.shape.IdlePause)
	default:
		return tool, s.shape.ToolPause.draw(&s.dice)
	}
}

// planGrowth plans the answer, of the length that was asked for, and the client's message.
func (s *Session) planGrowth(now recall, answered int, client kind) {
	a, aw := s.answer(now, answered, client)
	c, cw, ask := s.client(client)
	grown := extent{aw + cw, 2}
	s.next = plan{add: [2]record{a, c}, n: 2, size: s.size.plus(grown), recall: ask}
}

func (s *Session) answer(now recall, tokens int, client kind) (r record, words int) {
	if now.asked {
		return record{kind: recalled, pick: uint8(now.module)}, 1
	}
	offset := s.offset()
	if client != tool {
		words = max(1, s.cal.message(tokens))
		return record{kind: telling, offset: offset, words: uint32(words)}, words
	}
	text := max(1, s.cal.message(tokens)-callWords)
	return record{kind: calling, offset: offset, words: uint32(text), call: uint32(s.turn)}, text + callWords
}

func (s *Session) client(k kind) (r record, words int, ask recall) {
	words = s.cal.message(s.shape.Input.draw(&s.dice))
	r = record{kind: k, offset: s.offset()}
	var end int
	switch k {
	case asking:
		ask = recall{true, (s.first + s.asked) % len(s.corpus.questions)}
		s.asked++
		r.pick, end = uint8(ask.module), s.corpus.questions[ask.module].words
	default:
		r.pick = uint8(s.dice.intn(len(s.corpus.asks)))
		end = s.corpus.asks[r.pick].words
	}
	if k == tool {
		r.call = uint32(s.turn)
	}
	text := max(0, words-end)
	r.words = uint32(text)
	return r, text + end, ask
}

// meetLimit ends the session, or replaces its history by a summary.
func (s *Session) meetLimit() {
	if s.tenth || !s.dice.chance(s.shape.Compaction.Share) {
		s.over = true
		return
	}
	s.planContext(summary)
}

// planContext plans a prompt of two messages: the shared prefix, and the repository or the summary.
func (s *Session) planContext(k kind) {
	sys, prefix := s.system()
	var tokens int
	if k == opening {
		tokens = s.scaled(min(s.shape.Context.draw(&s.dice), s.largest())) - int(s.tokens(prefix))
	} else {
		tokens = min(s.shape.Compaction.Summary.draw(&s.dice), s.largest()-int(s.tokens(prefix)))
	}
	head := s.corpus.private.opening
	if k == summary {
		head = s.corpus.private.summary
	}
	fixed := head.words + s.corpus.private.facts.words + s.corpus.asks[0].words
	words := min(max(1, s.cal.message(tokens)-fixed), corpusWords)
	r := record{kind: k, offset: s.offset(), words: uint32(words), pick: uint8(s.dice.intn(256))}
	size := prefix.plus(extent{words + fixed, 1})
	s.next = plan{add: [2]record{sys, r}, n: 2, size: size, reset: true, prefix: prefix}
}

// system is the shared prefix. Its length in words must be the same in all sessions, so it follows from
// the shape's tokens per word, not from the calibration.
func (s *Session) system() (record, extent) {
	words := int(float64(s.scaled(s.shape.SharedPrefix)) / s.shape.TokensPerWord)
	fixed := s.corpus.intro.words
	if !s.tenth {
		fixed += s.corpus.toolWords
	}
	if s.shape.Salt == Front {
		fixed += s.corpus.private.salt.words
	}
	text := min(max(0, words-fixed), corpusWords)
	return record{kind: system, words: uint32(text)}, extent{text + fixed, 1}
}

func (s *Session) scaled(tokens int) int {
	if s.tenth {
		return tokens / 10
	}
	return tokens
}

func (s *Session) offset() uint32 { return uint32(s.dice.intn(corpusWords)) }
