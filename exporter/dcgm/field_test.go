package dcgm

import (
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"
)

func TestLint(t *testing.T) {
	c, b := unsupervised(t)
	var samples []sample
	var asked []uint16
	for _, f := range fields() {
		samples, asked = append(samples, sample{f.id, 1e6, 1}), append(asked, f.id)
	}
	b.connected(sessionInfo{Client: "4.5.3", Hostengine: "4.6.1"})
	b.poll(&pollAnswer{Asked: asked, GPUs: []gpuAnswer{{UUID: "GPU-1", Samples: samples}}}, time.Now())
	c.SetTargets(map[string][]string{"kimi": {"node1"}})
	problems, err := testutil.CollectAndLint(c)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Errorf("%s: %s", p.Metric, p.Text)
	}
}

func TestFieldTable(t *testing.T) {
	ids, names := map[uint16]bool{}, map[string]bool{}
	for _, f := range fields() {
		key := f.name + "{" + f.label + "=" + f.value
		if ids[f.id] || f.name != "" && names[key] {
			t.Errorf("field %d %s stands twice", f.id, key)
		}
		ids[f.id], names[key] = true, true
	}
	o := Options{ExtraFields: make(FieldIDs, maxExtraFields)}
	for i := range o.ExtraFields {
		o.ExtraFields[i] = uint16(2000 + i)
	}
	if n := len(o.spec(Hostengine{}).fieldsOf(fast)); n > 128 {
		t.Errorf("%d fast fields with all extra ones, a field group holds 128", n)
	}
}
