package results

import (
	"encoding/json"
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
		name   string
		result prober.Result
		want   string
	}{
		{"good", probertest.Warm("a"), `{"v":1,"request_id":"0123456789abcdef0123456789abcdef","target":"a","session":"00aa11bb22cc","turn":3,"phase":"warm","cache":"warm","context":"le_120k",` +
			`"started":"2026-11-23T12:00:00.25Z","scheduled_ns":-2000000,"connected_ns":1000000,"written_ns":20000000,"headers_ns":300000000,"first_event_ns":310000000,` +
			`"first_token_ns":720000000,"first_output_ns":900000000,"last_output_ns":10720000000,"last_token_ns":10720000000,"end_ns":10800000000,"reused":true,"status":200,"sent_bytes":400000,"events":501,"token_reads":501,"first_read_events":1,"reasoning_events":101,"answer_events":400,"answer_reads":400,"answer_first_read_events":1,"longest_gap_ns":250000000,` +
			`"words":80000,"messages":41,"expected_tokens":99000,"expected_cached_tokens":95000,"max_tokens":600,` +
			`"tokens":{"input":100000,"input_cached":90000,"output":501,"reasoning":101},"usage":{"prompt_tokens":100000,"note":"<&>"},` +
			`"finish":"stop","model":"m-2026","fingerprint":"fp_1","server":"uvicorn","protocol":"HTTP/1.1","outcome":"ok","ttft_ns":720000000,"output_tokens_per_second":50}` + "\n"},
		{"refused", probertest.WarmWith(probertest.Refused), `{"v":1,"request_id":"0123456789abcdef0123456789abcdef","target":"a","session":"00aa11bb22cc","turn":3,"phase":"warm","cache":"warm","context":"le_120k",` +
			`"started":"2026-11-23T12:00:00.25Z","scheduled_ns":-2000000,"end_ns":3000000,"reused":false,"events":0,` +
			`"words":80000,"messages":41,"expected_tokens":99000,"expected_cached_tokens":95000,"max_tokens":600,"outcome":"refused","cause":"connect_refused","error":"connection refused"}` + "\n"}, // nothing that did not happen
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

func TestRoundTrip(t *testing.T) {
	for _, r := range []prober.Result{probertest.Warm("a"), probertest.WarmWith(probertest.Refused), probertest.WarmWith(probertest.Truncated), probertest.WarmWith(probertest.Everything), {Target: "a", Exchange: chat.Exchange{Outcome: chat.Cancelled}}} {
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

// Wall and monotonic clocks may part during an answer; the line keeps the monotonic distance.
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
