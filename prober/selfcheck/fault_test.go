package selfcheck

import (
	"testing"

	"github.com/firsttoken/firsttoken/prober/chat"
)

func TestLocalFaultIsDoubtedForAMinute(t *testing.T) {
	t.Parallel()
	tr := NewTrust(start, 0)
	fault := late(0.1, -1)
	fault.Outcome = chat.Local
	if !tr.Judge(late(0.1, -1), at(0)) {
		t.Fatal("a good result is doubted")
	}
	if tr.Judge(fault, at(1)) {
		t.Error("a fault of this process is believed")
	}
	if tr.Judge(late(0.1, -1), at(50)) {
		t.Error("a result within a minute of the fault is believed")
	}
	if !tr.Judge(late(0.1, -1), at(62)) {
		t.Error("still doubted after the minute")
	}
}
