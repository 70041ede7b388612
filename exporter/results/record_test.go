package results

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/chat"
	"github.com/firsttoken/firsttoken/prober/probertest"
)

// The line is a promise: a change here is a change of the schema.
func TestLine(t *testing.T) {
	for _, row := range []struct {
		file   string
		result prober.Result
	}{
		{"warm.jsonl", probertest.Warm("a")},
		{"refused.jsonl", probertest.WarmWith(probertest.Refused)}, // nothing that did not happen
	} {
		want, err := os.ReadFile(filepath.Join("testdata", row.file))
		if err != nil {
			t.Fatal(err)
		}
		line, err := NewRecord(row.result).Encode()
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(line, want) {
			t.Errorf("%s:\n got %s\nwant %s", row.file, line, want)
		}
	}
}

func TestRoundTrip(t *testing.T) {
	for _, r := range []prober.Result{
		probertest.Warm("a"),
		probertest.WarmWith(func(r *prober.Result) { r.Quirks = chat.QuirksOf(chat.QuirkNoUsage, chat.QuirkModelChanged) }),
		probertest.WarmWith(probertest.Refused),
		probertest.WarmWith(probertest.Truncated),
		probertest.WarmWith(probertest.Everything),
		{Target: "a", Exchange: chat.Exchange{Outcome: chat.Cancelled}},
	} {
		line, err := NewRecord(r).Encode()
		if err != nil {
			t.Fatal(err)
		}
		rec, err := Decode(line)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(rec, NewRecord(r)) {
			t.Errorf("decoded %+v, encoded %+v", rec, NewRecord(r))
		}
		back := rec.Result()
		if r.Err == nil != (back.Err == nil) || r.Err != nil && r.Err.Error() != back.Err.Error() {
			t.Errorf("error %v came back as %v", r.Err, back.Err)
		}
		r.Err, back.Err = nil, nil
		if !reflect.DeepEqual(back, r) {
			t.Errorf("result %+v came back as %+v", r, back)
		}
	}
}

// Wall and monotonic clocks may move apart during an answer; the line keeps the monotonic distance.
func TestInstantsAreMonotonic(t *testing.T) {
	now := time.Now()
	r := probertest.WarmWith(func(r *prober.Result) { r.Started, r.FirstToken = now, now.Add(time.Second) })
	rec := NewRecord(r)
	if rec.Token == nil || *rec.Token != int64(time.Second) {
		t.Errorf("first token after %v ns, want 1e9", rec.Token)
	}
	if want := now.Round(0).UTC(); !rec.Started.Equal(want) || rec.Started.Location() != time.UTC {
		t.Errorf("started %v, want %v", rec.Started, want)
	}
}

func TestUsageThatIsNoJSON(t *testing.T) {
	r := probertest.WarmWith(func(r *prober.Result) { r.Usage.Verbatim = json.RawMessage("{\"a\":\n") })
	line, err := NewRecord(r).Encode()
	if err != nil {
		t.Fatal(err)
	}
	rec, err := Decode(line)
	if err != nil || string(rec.Usage) != `"{\"a\":\n"` {
		t.Errorf("usage %s, error %v; want it as a string", rec.Usage, err)
	}
}

func TestDecodeRefuses(t *testing.T) {
	for _, line := range []string{
		`{"v":2}`, // a schema of the future
		`{}`,      // no version
		`{"v":1`,  // a line that was cut
	} {
		if _, err := Decode([]byte(line)); err == nil {
			t.Errorf("%s is no error", line)
		}
	}
}
