package prober

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/firsttoken/firsttoken/prober/chat"
)

// The upload ends when the peer has acknowledged it, where that is known.
func TestUploadEndsAcknowledged(t *testing.T) {
	r := ideal()
	if show(r.Upload()) != "50ms" || show(r.ServerWait()) != "950ms" || show(r.ReceiveDelay()) != "-" {
		t.Errorf("upload %s, server wait %s, receive delay %s", show(r.Upload()), show(r.ServerWait()),
			show(r.ReceiveDelay()))
	}
	r.Acked = r.Written.Add(200 * time.Millisecond)
	r.ReceiveLag, r.HasReceiveLag = time.Millisecond, true
	if show(r.Upload()) != "250ms" || show(r.ServerWait()) != "750ms" || show(r.ReceiveDelay()) != "1ms" {
		t.Errorf("upload %s, server wait %s, receive delay %s", show(r.Upload()), show(r.ServerWait()),
			show(r.ReceiveDelay()))
	}
}

// sceptic trusts nothing from an instant on.
type sceptic struct{ from time.Time }

func (s sceptic) Judge(_ Result, now time.Time) bool { return now.Before(s.from) }

func TestResultsAreMarked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j, s := &journal{}, newServer(1)
		s.answer = inTime
		p := newTestProber(Options{
			Connect:  func(Target) (Sender, error) { return s, nil },
			Observer: j, Seed: 1, Version: "test", Trust: sceptic{time.Now().Add(10 * time.Minute)},
		})
		if err := p.Apply([]Target{example("a", ProfileWatch)}); err != nil {
			t.Fatal(err)
		}
		doubt := time.Now().Add(10 * time.Minute)
		time.Sleep(20 * time.Minute)
		if err := p.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
		marked, clean := 0, 0
		for _, r := range of[Result](j.all()) {
			if r.Outcome != chat.OK {
				continue
			}
			if r.Untrusted != !r.End.Before(doubt) {
				t.Errorf("a result that ended %v after the doubt began: untrusted %v", r.End.Sub(doubt), r.Untrusted)
			}
			if r.Untrusted {
				marked++
			} else {
				clean++
			}
		}
		if marked == 0 || clean == 0 {
			t.Errorf("%d marked, %d not", marked, clean)
		}
	})
}
