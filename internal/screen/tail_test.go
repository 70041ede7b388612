package screen

import (
	"strings"
	"testing"
)

func TestTail(t *testing.T) {
	t.Parallel()
	w := &tail{}
	log := quiet(w)
	log.Info("not shown")
	for _, name := range []string{"one", "two", "three", "four"} {
		log.Warn("turn failed", "target", name)
	}
	lines := w.last()
	if len(lines) != 3 || !strings.Contains(lines[0], `msg="turn failed" target=two`) ||
		!strings.Contains(lines[2], "target=four") {
		t.Errorf("%q", lines)
	}
	if strings.Contains(lines[0], "level=") {
		t.Errorf("%q", lines[0])
	}
}
