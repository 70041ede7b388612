package chat

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/firsttoken/firsttoken/internal/netstamp"
	"github.com/firsttoken/firsttoken/internal/sse"
)

var epoch = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// script is a source that yields data cut at given offsets. What ends at offset n is received n
// milliseconds after epoch, whichever way the stream is cut, when clocked by offset; else read i
// (from 0) is received at i milliseconds.
type script struct {
	data     []byte
	cuts     func(from int) int // how many bytes the next read gets at most
	byOffset bool
	from     int
	reads    int
	err      error // at the end; nil is io.EOF
}

func (s *script) receive(p []byte) (int, netstamp.Receipt, error) {
	n := min(len(p), len(s.data)-s.from)
	if s.cuts != nil {
		n = min(n, s.cuts(s.from))
	}
	copy(p, s.data[s.from:s.from+n])
	s.from += n
	at := epoch.Add(time.Duration(s.reads) * time.Millisecond)
	if s.byOffset {
		at = epoch.Add(time.Duration(s.from) * time.Millisecond)
	}
	s.reads++
	if n == 0 && s.from == len(s.data) {
		if s.err != nil {
			return 0, netstamp.Receipt{At: at}, s.err
		}
		return 0, netstamp.Receipt{At: at}, io.EOF
	}
	return n, netstamp.Receipt{At: at}, nil
}

type way struct {
	slow   bool
	expect string
	first  func(time.Time)
}

// replay reads a stream and returns its exchange as Send would.
func replay(a API, src *script, w way) Exchange {
	x := Exchange{Outcome: OK}
	s := streamOf(a, src, &x)
	if w.slow {
		slowly(s.decoder)
	}
	s.recall.expect, s.notify.firstToken = []byte(w.expect), w.first
	if f := s.read(); f != nil {
		x.Outcome, x.Err = f.outcome(), errors.New(f.text)
	}
	return x
}

// streamOf is about to read a stream of that dialect into x.
func streamOf(a API, src source, x *Exchange) *stream {
	d := rowOf(a)
	return &stream{source: src, scanner: sse.NewScanner(), decoder: d.decoder(), usage: d.usage, x: x}
}

func slowly(d decoder) {
	switch d := d.(type) {
	case *chatDecoder:
		d.noFastPath = true
	case *responsesDecoder:
		d.noFastPath = true
	case *anthropicDecoder:
		d.noFastPath = true
	}
}

// oneEvent makes reads end with an event, so that event i is received i milliseconds after epoch.
func oneEvent(data []byte) func(int) int {
	return func(from int) int {
		if i := bytes.Index(data[from:], []byte("\n\n")); i >= 0 {
			return i + 2
		}
		return len(data) - from
	}
}

func bytesAtATime(n int) func(int) int { return func(int) int { return n } }

type summary struct {
	outcome              Outcome
	first, output, last  int // index of the event, from 0; -1 for none
	events               int
	in, cached, out, why int64 // tokens; -1 unknown. why is reasoning
	finish, model, print string
}

func count(c Count) int64 {
	if n, ok := c.Value(); ok {
		return n
	}
	return -1
}

func index(at time.Time) int {
	if at.IsZero() {
		return -1
	}
	return int(at.Sub(epoch) / time.Millisecond)
}

func summarise(x Exchange) summary {
	return summary{
		x.Outcome, index(x.FirstToken), index(x.FirstOutput), index(x.LastToken), x.Events,
		count(x.Usage.Input), count(x.Usage.Cached), count(x.Usage.Output), count(x.Usage.Reasoning),
		x.Finish, x.Identity.Model, x.Identity.Fingerprint,
	}
}

type recording struct {
	file string
	api  API
	want summary
}

func recordings() []recording {
	return []recording{
		// content:null with the role, then 450 tokens
		{"llama-chat", OpenAIChat, summary{OK, 1, 1, 450, 450, 16, 15, 450, -1, "length", "tiny-random", "b0-unknown"}},
		// error object and EOF, no [DONE]
		{
			"llama-chat-error-after-110-events", OpenAIChat,
			summary{Broken, 1, 1, 109, 109, -1, -1, -1, -1, "", "tiny-random", "b0-unknown"},
		},
		// the same, sooner
		{"llama-midstream-error", OpenAIChat, summary{Broken, 1, 1, 67, 67, -1, -1, -1, -1, "", "tiny-random", "b0-unknown"}},
		// usage in the finish chunk
		{"llama-compl", OpenAICompletions, summary{OK, 0, 0, 19, 20, 3, 1, 20, -1, "length", "tiny-random", "b0-unknown"}},
		// no [DONE]
		{"llama-resp", OpenAIResponses, summary{OK, 4, 4, 43, 40, 16, 3, 40, -1, "completed", "tiny-random", ""}},
		// input excludes cached
		{"llama-anth", AnthropicMessages, summary{OK, 2, 2, 61, 60, 28, 12, 60, -1, "max_tokens", "tiny-random", ""}},
		// role without content, usage:null
		{"llmd-chat1", OpenAIChat, summary{OK, 1, 1, 40, 40, 30, 0, 40, -1, "length", "sim-model", ""}},
		// text:"" with the finish
		{"llmd-compl", OpenAICompletions, summary{OK, 0, 0, 29, 30, 4, 0, 30, -1, "length", "sim-model", ""}},
		// ping before the first token
		{"llmd-anth", AnthropicMessages, summary{OK, 3, 3, 13, 11, 45, 0, 11, -1, "end_turn", "sim-model", ""}},
		// role and text in one chunk
		{"ollama-chat", OpenAIChat, summary{OK, 0, 0, 59, 60, 16, -1, 60, -1, "length", "tiny", "fp_ollama"}},
	}
}

func TestRecordings(t *testing.T) {
	for _, r := range recordings() {
		data := streamFile(t, r.file)
		x := replay(r.api, &script{data: data, cuts: oneEvent(data)}, way{})
		if got := summarise(x); got != r.want {
			t.Errorf("%s: got  %+v\n want %+v (%v)", r.file, got, r.want, x.Err)
		}
		if x.HasGap != (x.Events > 1) || x.HasGap && x.LongestGap != time.Millisecond {
			t.Errorf("%s: gap %v %v", r.file, x.HasGap, x.LongestGap)
		}
	}
}

func TestAllRecordingsAreUsed(t *testing.T) {
	files, err := filepath.Glob("testdata/streams/*.sse")
	if err != nil {
		t.Fatal(err)
	}
	if len(files) != len(recordings()) {
		t.Errorf("%d files, %d recordings", len(files), len(recordings()))
	}
}

// Wherever a stream is cut into two reads, and in whatever size of steps it comes, the exchange is
// the same: every event belongs to the read that brought its end.
func TestCutAnywhereIsTheSame(t *testing.T) {
	t.Parallel() // half of the package's time, with the next
	for _, s := range everyStream(t) {
		whole := replay(s.api, &script{data: s.data, byOffset: true, cuts: bytesAtATime(1)}, way{expect: "the"})
		ends := eventEnds(s.data)
		for _, at := range []time.Time{whole.FirstToken, whole.FirstOutput, whole.LastToken} {
			if !at.IsZero() && !ends[int(at.Sub(epoch)/time.Millisecond)] {
				t.Errorf("%s: a token at offset %v, which ends no event", s.name, at.Sub(epoch))
			}
		}
		for _, n := range []int{3, 64, 1000} {
			sameAs(t, s, whole, fmt.Sprint("in steps of ", n), bytesAtATime(n))
		}
		s.data = abridged(s.data)
		whole = replay(s.api, &script{data: s.data, cuts: bytesAtATime(1)}, way{expect: "the"})
		for cut := 1; cut < len(s.data); cut += stride() {
			sameAs(t, s, whole, "cut at "+strconv.Itoa(cut), func(from int) int {
				if from < cut {
					return cut - from
				}
				return len(s.data)
			})
		}
	}
}

func sameAs(t *testing.T, s sample, want Exchange, how string, cuts func(int) int) {
	t.Helper()
	x := replay(s.api, &script{data: s.data, cuts: cuts}, way{expect: "the"})
	if a, b := timeless(x), timeless(want); !reflect.DeepEqual(a, b) {
		t.Fatalf("%s %s:\n%+v\n%+v", s.name, how, a, b)
	}
}

// stride is the step of the sweeps over all offsets of a stream. The short one still falls into nearly every event, at
// another place in each.
func stride() int {
	if testing.Short() {
		return 23
	}
	return 1
}

// abridged is a long stream without most of its middle, whose events are all alike.
func abridged(data []byte) []byte {
	events := bytes.SplitAfter(data, []byte("\n\n"))
	if len(events) < 9 {
		return data
	}
	return bytes.Join(append(slices.Clone(events[:3]), events[len(events)-5:]...), nil)
}

// eventEnds are the offsets behind which an event is complete.
func eventEnds(data []byte) map[int]bool {
	ends := map[int]bool{len(data): true}
	for i := range data {
		for _, end := range []string{"\n\n", "\r\r", "\r\n\r"} {
			if bytes.HasSuffix(data[:i+1], []byte(end)) {
				ends[i+1] = true
			}
		}
	}
	return ends
}

// timeless is an exchange without what depends on how the stream was cut.
func timeless(x Exchange) Exchange {
	x.Instants = Instants{
		FirstToken: happened(x.FirstToken), FirstOutput: happened(x.FirstOutput),
		LastToken: happened(x.LastToken), FirstEvent: happened(x.FirstEvent),
	}
	x.LongestGap, x.FirstShared = 0, false // depend on how it was cut
	x.Whole, x.Answer = Receipts{Events: x.Whole.Events}, Receipts{Events: x.Answer.Events}
	return x
}

func happened(at time.Time) time.Time {
	if at.IsZero() {
		return at
	}
	return epoch
}

// A connection cut at any byte is broken, and an end of file at any byte is truncated, unless the
// finish marker is there.
func TestLostAnywhereIsNeverOK(t *testing.T) {
	t.Parallel()
	for _, s := range everyStream(t) {
		if x := replay(s.api, &script{data: s.data}, way{}); x.Outcome != OK {
			continue
		}
		s.data = abridged(s.data)
		marker := markerEnd(t, s)
		for cut := 0; cut < len(s.data); cut += stride() {
			lost := replay(s.api, &script{data: s.data[:cut], err: io.ErrUnexpectedEOF}, way{})
			ended := replay(s.api, &script{data: s.data[:cut]}, way{})
			if cut < marker && (lost.Outcome == OK || ended.Outcome == OK) {
				t.Fatalf("%s: %s and %s at byte %d of %d, marker ends at %d",
					s.name, lost.Outcome, ended.Outcome, cut, len(s.data), marker)
			}
			if ended.Outcome == Empty && ended.Events == 0 {
				ended.Outcome, ended.Err = OK, nil // the abridged stream had no token before the marker
			}
			if lost.Outcome != OK && lost.Outcome != Broken || ended.Outcome != OK && ended.Outcome != Truncated {
				t.Fatalf("%s: %s and %s at byte %d (%v, %v)", s.name, lost.Outcome, ended.Outcome, cut, lost.Err, ended.Err)
			}
			if (lost.Err == nil) != (lost.Outcome == OK) {
				t.Fatalf("%s: %s with error %v", s.name, lost.Outcome, lost.Err)
			}
		}
	}
}

// markerEnd is where the data line of the finish marker ends.
func markerEnd(t *testing.T, s sample) int {
	t.Helper()
	for _, m := range []string{
		"[DONE]", `{"type":"message_stop"}`, `{"type":"response.completed"`, `{"type":"response.incomplete"`,
		`{"type":"response.done"`,
	} {
		if i := bytes.LastIndex(s.data, []byte(m)); i >= 0 {
			if !strings.HasSuffix(m, `"`) {
				return i + len(m)
			}
			return i + bytes.IndexAny(s.data[i:], "\r\n")
		}
	}
	t.Fatal(s.name, "has no finish marker")
	return 0
}

// What is read in place means the same as what encoding/json reads.
func TestInPlaceIsFullDecode(t *testing.T) {
	for _, s := range everyStream(t) {
		fast := replay(s.api, &script{data: s.data, cuts: bytesAtATime(100)}, way{expect: "the"})
		slow := replay(s.api, &script{data: s.data, cuts: bytesAtATime(100)}, way{expect: "the", slow: true})
		if a, b := fmt.Sprintf("%+v", fast), fmt.Sprintf("%+v", slow); a != b {
			t.Errorf("%s:\nin place %s\nin full  %s", s.name, a, b)
		}
	}
}

func TestFirstTokenIsToldAtOnce(t *testing.T) {
	data := streamFile(t, "llama-chat")
	src := &script{data: data, cuts: oneEvent(data)}
	var told []time.Time
	var reads int
	x := replay(OpenAIChat, src, way{first: func(at time.Time) { told, reads = append(told, at), src.reads }})
	if len(told) != 1 || !told[0].Equal(x.FirstToken) || reads != 2 {
		t.Errorf("told %v after %d reads, want once, %v, after 2", told, reads, x.FirstToken)
	}
}

func TestReadsAreShortUntilTheFirstToken(t *testing.T) {
	src := &sizes{script: script{data: streamFile(t, "llama-chat")}}
	x := Exchange{}
	s := streamOf(OpenAIChat, src, &x)
	if f := s.read(); f != nil {
		t.Fatal(f)
	}
	if src.asked[0] != readBeforeToken || src.asked[1] <= readBeforeToken/2 {
		t.Errorf("asked for %v", src.asked[:4])
	}
}

type sizes struct {
	script
	asked []int
}

func (s *sizes) receive(p []byte) (int, netstamp.Receipt, error) {
	s.asked = append(s.asked, len(p))
	return s.script.receive(p)
}

// Pings come from a server whose engine may be dead: only what an engine says sets the silence back.
func TestPingsAreNoLife(t *testing.T) {
	for _, tt := range []struct {
		api    API
		stream string
		want   int // reads, one for each event, after which the stream counts as alive
	}{
		// two tokens and the finish
		{
			OpenAIChat,
			tokenEvent + comment + "data:\n\n" + tokenEvent + "event: heartbeat\ndata: x\n\n" + finishEvent + doneEvent, 3,
		},
		// all but the pings from the first token on, less message_stop
		{AnthropicMessages, string(handFile(t, "anthropic-tool-only")) + "", 5},
		{
			AnthropicMessages,
			"event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"delta\":{\"text\":\"a\"}}\n\n" +
				strings.Repeat("event: ping\ndata: {\"type\": \"ping\"}\n\n", 5),
			1,
		},
		{
			OpenAIResponses,
			"data: {\"type\":\"response.output_text.delta\",\"delta\":\"a\"}\n\ndata: {\"type\":\"keepalive\"}\n\n", 1,
		},
	} {
		var x Exchange
		alive := 0
		data := []byte(tt.stream)
		s := streamOf(tt.api, &script{data: data, cuts: oneEvent(data)}, &x)
		s.notify.activity = func() { alive++ }
		_ = s.read()
		if alive != tt.want {
			t.Errorf("%s: alive %d times, want %d", tt.api, alive, tt.want)
		}
	}
}
