package sse

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

// scan cuts a stream into events, reading n bytes at a time.
func scan(t testing.TB, s *Scanner, data string, n int) (events []string, err error) {
	t.Helper()
	for data != "" {
		buf, err := s.Buffer(n)
		if err != nil {
			return events, err
		}
		got := copy(buf, data)
		data = data[got:]
		s.Filled(got)
		for {
			ev, ok, err := s.Next()
			if err != nil {
				return events, err
			}
			if !ok {
				break
			}
			events = append(events, string(ev.Name)+"|"+string(ev.Data))
		}
	}
	if ev, ok := s.Rest(); ok {
		events = append(events, "rest "+string(ev.Name)+"|"+string(ev.Data))
	}
	return events, nil
}

func TestScanner(t *testing.T) {
	x, y, z := strings.Repeat("x", 9000), strings.Repeat("y", 3000), strings.Repeat("z", 3000)
	tests := []struct {
		stream string
		want   []string
	}{
		{"data: a\n\ndata: b\n\n", []string{"|a", "|b"}},         // LF
		{"data: a\r\n\r\ndata: b\r\n\r\n", []string{"|a", "|b"}}, // CRLF
		{"data: a\r\rdata: b\r\r", []string{"|a", "|b"}},         // CR
		{"data: a\r\n\ndata: b\n\r\n", []string{"|a", "|b"}},     // mixed
		{"\ufeffdata: a\n\n", []string{"|a"}},                    // a BOM at the start is none of the data
		{"data: a\n\n\ufeffdata: b\n\n", []string{"|a"}},         // anywhere else it makes a field that nobody knows
		{"data:a\n\n", []string{"|a"}},                           // without space
		{"data:  a \n\n", []string{"| a "}},                      // one space only
		{"data: a\ndata: b\ndata:\n\n", []string{"|a\nb\n"}},     // several lines
		{"data: a\r\ndata: b\r\n\r\n", []string{"|a\nb"}},        // the LF of a CRLF is no blank line
		{"data: a\rdata: b\r\r", []string{"|a\nb"}},
		{ // moves within the buffer, twice
			"data: 1\n\nevent: x\ndata: " + y + "\ndata: " + z + "\n\n",
			[]string{"|1", "x|" + y + "\n" + z},
		},
		{": hi\n\n:\n\ndata: a\n: c\n\n", []string{"|a"}},           // comments, within an event too
		{"event: x\ndata: a\n\ndata: b\n\n", []string{"x|a", "|b"}}, // the name ends with its event
		{"event: x\n\ndata: b\n\n", []string{"|b"}},                 // also of one without data
		{"event: x\nevent: y\ndata: a\n\n", []string{"y|a"}},        // the last name counts
		{"id: 1\nretry: 5\nfoo: bar\ndata: a\n\n", []string{"|a"}},  // other fields
		{"data\n\ndata:\n\n\n\n\ndata: a\n\n", []string{"|a"}},      // no data, no event
		{"data: a\nevent: late\n\n", []string{"late|a"}},            // any order
		{"data: a", []string{"rest |a"}},                            // unfinished line
		{"data: a\n", []string{"rest |a"}},                          // unfinished event
		{"event: x\ndata: a\r", []string{"rest x|a"}},               // half of a CRLF
		{"Data: a\n\n data: b\n\n", nil},                            // fields are exact
		{"data: " + x + "\n\ndata: b\n\n", []string{"|" + x, "|b"}}, // longer than the first buffer
	}
	for _, tt := range tests {
		for _, n := range []int{1, 2, 3, 5, 1 << 20} {
			got, err := scan(t, NewScanner(), tt.stream, n)
			if err != nil || !slices.Equal(got, tt.want) {
				t.Errorf("%.60q in steps of %d: %.100q, want %.100q (%v)", tt.stream, n, got, tt.want, err)
			}
		}
	}
}

func TestScannerBoundsEvents(t *testing.T) {
	long := strings.Repeat("x", maxEvent-100)
	lines := strings.Repeat("data: "+strings.Repeat("x", 1<<20)+"\n", 9)
	tests := []struct {
		name, stream string
		err          error
	}{
		{"just fits", "data: " + long + "\n\n", nil},
		{"endless line", "data: " + long + long, errTooLong},
		{"endless comment", ": " + long + long, errTooLong},
		{"endless event", lines, errTooLong},
	}
	for _, tt := range tests {
		s := NewScanner()
		_, err := scan(t, s, tt.stream, 64<<10)
		if !errors.Is(err, tt.err) {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.err)
		}
		if len(s.buf) > maxEvent {
			t.Errorf("%s: buffer of %d bytes", tt.name, len(s.buf))
		}
		s.Reset()
		if len(s.buf) > keepBuffer || cap(s.joined) > keepBuffer {
			t.Errorf("%s: keeps %d and %d bytes for the next stream", tt.name, len(s.buf), cap(s.joined))
		}
	}
	// Comments for ever are no event: they need no memory.
	s := NewScanner()
	_, err := scan(t, s, strings.Repeat(": OPENROUTER PROCESSING\n\n", 10_000), 1000)
	if err != nil || len(s.buf) != firstBuffer {
		t.Errorf("comments: %v, buffer of %d bytes", err, len(s.buf))
	}
}

func TestScannerIsReusable(t *testing.T) {
	s := NewScanner()
	if _, err := scan(t, s, "\ufeffevent: x\ndata: a\ndata: b\r", 3); err != nil {
		t.Fatal(err)
	}
	s.Reset()
	got, err := scan(t, s, "\ufeff\ndata: c\n\n", 3)
	if err != nil || !slices.Equal(got, []string{"|c"}) {
		t.Errorf("%q, %v", got, err)
	}
}

// Wherever reads end, and whatever the bytes are, the events are the same.
func FuzzScanner(f *testing.F) {
	for _, stream := range []string{
		"event: x\r\ndata: a\r\n\r\n", ": hi\rdata: a\rdata: b\r\r", "\ufeffdata\n\ndata: a", "id: 1\nretry: 5\ndata:\n\n",
	} {
		f.Add(stream, 3)
	}
	f.Fuzz(func(t *testing.T, stream string, step int) {
		want, err := scan(t, NewScanner(), stream, len(stream)+1)
		if err != nil {
			t.Fatal(err)
		}
		got, err := scan(t, NewScanner(), stream, max(step%40, 1))
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("in steps %q, want %q (%v)", got, want, err)
		}
	})
}

// An error without data is an event, with the text that its comment has; other events without data are not.
func TestErrorInAComment(t *testing.T) {
	s := NewScanner()
	buf, err := s.Buffer(1000)
	if err != nil {
		t.Fatal(err)
	}
	s.Filled(copy(buf, ": ping\n\nevent: note\n: nothing\n\nevent: error\n: the engine is gone\n\ndata: x\n\n"))
	ev, ok, err := s.Next()
	if !ok || err != nil || string(ev.Name) != "error" || len(ev.Data) != 0 || string(ev.Comment) != "the engine is gone" {
		t.Fatalf("%q %q %q, %v, %v", ev.Name, ev.Data, ev.Comment, ok, err)
	}
	if ev, ok, _ = s.Next(); !ok || string(ev.Data) != "x" || len(ev.Comment) != 0 {
		t.Fatalf("then %q, with the comment %q", ev.Data, ev.Comment)
	}
}

func TestStrayLines(t *testing.T) {
	s := NewScanner()
	buf, err := s.Buffer(1000)
	if err != nil {
		t.Fatal(err)
	}
	s.Filled(copy(buf, "id: 7\nretry: 9\n{\"error\":\"gone\"}\n"))
	if _, ok, err := s.Next(); ok || err != nil {
		t.Fatal(ok, err)
	}
	if got := string(s.Stray()); got != `{"error":"gone"}` {
		t.Errorf("stray %q", got)
	}
}
