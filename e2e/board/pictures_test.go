package board

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var pictures = flag.String("pictures", "", "folder to draw the dashboards into, as PNG by headless Chromium")

const sketch = "drawn by e2e/board from evaluated queries, not by Grafana · recorded from the prober and the simulator; GPUs from a recorded scrape of the fake host engine, moved by a sketch; Together layers are made up"

// TestDraw draws every dashboard; with -pictures it also photographs them.
func TestDraw(t *testing.T) {
	for _, d := range loaded(t) {
		v := opened(t, d, now(), first, nil)
		v.Range = min(v.Range, 24*time.Hour) // of the week, only its last day and some hours were recorded
		page, height, err := v.Draw(t.Context(), d, sketch)
		if err != nil {
			t.Fatalf("%s: %v", d.UID, err)
		}
		if strings.Contains(page, "NaN") || strings.Contains(page, "broken override") {
			t.Errorf("%s draws NaN or an override that cannot be read", d.UID)
		}
		if *pictures != "" {
			photograph(t, filepath.Join(*pictures, d.UID+".png"), page, height)
		}
	}
}

func photograph(t *testing.T, path, page string, height int) {
	t.Helper()
	source := filepath.Join(t.TempDir(), "page.html")
	if err := os.WriteFile(source, []byte(page), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
		"--force-device-scale-factor=1", fmt.Sprintf("--window-size=1600,%d", height), "--screenshot="+path, "file://"+source).CombinedOutput()
	if err != nil {
		t.Fatalf("chromium: %v\n%s", err, out)
	}
}
