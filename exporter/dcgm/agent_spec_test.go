package dcgm

import (
	"testing"
	"time"
)

func TestSpecSurvivesItsArgument(t *testing.T) {
	o := Options{Interval: time.Second, SlowInterval: time.Minute, ExtraFields: FieldIDs{1014, 1015}}
	s := o.spec(Hostengine{"node1", "unix:///run/nvidia-dcgm.sock"})
	got, err := parseSpec(s.String())
	if err != nil || got.String() != s.String() || got.Extra.String() != "1014,1015" || got.Slow != time.Minute {
		t.Errorf("%v %v, want %v", got, err, s)
	}
	for _, bad := range []string{"", "{}", "hello"} {
		if _, err := parseSpec(bad); err == nil {
			t.Errorf("%q was taken for a spec", bad)
		}
	}
}
