package exporter

import (
	"encoding/json"
	"errors"
	"reflect"
	"testing"
	"time"

	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/chat"
)

// The line is a promise: a change here is a change of the schema.
func TestLine(t *testing.T) {
	for _, row := range []struct {
		name   string
		result prober.Result
		want   string
	}{
		{"good", warm("a"), `{"v":1,"request_id":"0123456789abcdef0123456789abcdef","target":"a","session":"00aa11bb22cc","turn":3,"phase":"warm","cache":"warm","context":"le_120k",` +
			`"started":"2026-11-23T12:00:00.25Z","scheduled_ns":-2000000,"connected_ns":1000000,"written_ns":20000000,"headers_ns":300000000,"first_event_ns":310000000,` +
			`"first_token_ns":720000000,"first_output_ns":900000000,"last_token_ns":10720000000,"end_ns":10800000000,"reused":true,"status":200,"sent_bytes":400000,"events":480,"longest_gap_ns":250000000,` +
			`"words":80000,"messages":41,"expected_tokens":99000,"expected_cached_tokens":95000,"max_tokens":600,` +
			`"tokens":{"input":100000,"input_cached":90000,"output":501,"reasoning":101},"usage":{"prompt_tokens":100000,"note":"<&>"},` +
			`"finish":"stop","model":"m-2026","fingerprint":"fp_1","server":"uvicorn","protocol":"HTTP/1.1","outcome":"ok","ttft_ns":720000000,"output_tokens_per_second":50}` + "\n"},
		{"refused", changed(refusedResult), `{"v":1,"request_id":"0123456789abcdef0123456789abcdef","target":"a","session":"00aa11bb22cc","turn":3,"phase":"warm","cache":"warm","context":"le_120k",` +
			`"started":"2026-11-23T12:00:00.25Z","scheduled_ns":-2000000,"end_ns":3000000,"reused":false,"events":0,` +
			`"words":80000,"messages":41,"expected_tokens":99000,"expected_cached_tokens":95000,"max_tokens":600,"outcome":"refused","error":"connection refused"}` + "\n"}, // nothing that did not happen
	} {
		line, err := NewRecord(row.result).Encode()
		if err != nil {
			t.Fatal(err)
		}
		if string(line) != row.want {
			t.Errorf("%s:\n got %s\nwant %s", row.name, line, row.want)
		}
	}
}

// everything has no field left at its zero.
func everything() prober.Result {
	return changed(func(r *prober.Result) {
		r.StaleRetry, r.Recall, r.Turn.Recall = true, chat.Wrong, true
		r.Phases = chat.Phases{DNS: 1, TCP: 2, TLS: 3}
		r.RateLimit = chat.RateLimit{RetryAfter: time.Second, Remaining: .5, HasRemaining: true}
		r.Untrusted, r.FirstShared, r.Acked = true, true, ms(15)
		r.ReceiveLag, r.HasReceiveLag, r.Retransmits = 40*time.Microsecond, true, chat.Counted(2)
		r.Usage.CacheWrite = chat.Counted(0) // a reported 0 is not an unknown
		r.Outcome, r.Err = chat.Stalled, errors.New("silence")
	})
}

func TestRoundTrip(t *testing.T) {
	for _, r := range []prober.Result{warm("a"), changed(refusedResult), changed(truncated), everything(), {Target: "a", Exchange: chat.Exchange{Outcome: chat.Cancelled}}} {
		line, err := NewRecord(r).Encode()
		if err != nil {
			t.Fatal(err)
		}
		rec, err := DecodeRecord(line)
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

// Anyone can check the histograms against the lines: replayed, they give the same series.
func TestReplay(t *testing.T) {
	live, liveReg := newTestMetrics(t)
	replayed, replayedReg := newTestMetrics(t)
	for _, r := range []prober.Result{warm("a"), changed(refusedResult), changed(truncated), everything()} {
		live.Observe(r)
		line, err := NewRecord(r).Encode()
		if err != nil {
			t.Fatal(err)
		}
		rec, err := DecodeRecord(line)
		if err != nil {
			t.Fatal(err)
		}
		replayed.Observe(rec.Result())
	}
	same(t, values(t, replayedReg), values(t, liveReg))
}

// Wall and monotonic clocks may part during an answer; the line keeps the monotonic distance.
func TestInstantsAreMonotonic(t *testing.T) {
	now := time.Now()
	r := changed(func(r *prober.Result) { r.Started, r.FirstToken = now, now.Add(time.Second) })
	rec := NewRecord(r)
	if rec.Token == nil || *rec.Token != int64(time.Second) {
		t.Errorf("first token after %v ns, want 1e9", rec.Token)
	}
	if want := now.Round(0).UTC(); !rec.Started.Equal(want) || rec.Started.Location() != time.UTC {
		t.Errorf("started %v, want %v", rec.Started, want)
	}
}

func TestUsageThatIsNoJSON(t *testing.T) {
	r := changed(func(r *prober.Result) { r.Usage.Verbatim = json.RawMessage("{\"a\":\n") })
	line, err := NewRecord(r).Encode()
	if err != nil {
		t.Fatal(err)
	}
	rec, err := DecodeRecord(line)
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
		if _, err := DecodeRecord([]byte(line)); err == nil {
			t.Errorf("%s is no error", line)
		}
	}
}
