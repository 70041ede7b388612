package dashboards

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/firsttoken/firsttoken/e2e/grafana"
	"github.com/firsttoken/firsttoken/e2e/grafana/draw"
)

var pictures = flag.String("pictures", "", "folder to draw the dashboards into, as PNG by headless Chromium")

// note stands at the top of each picture.
const note = "drawn by e2e/grafana/draw from evaluated queries, not by Grafana" +
	" · recorded from the prober and the simulator" +
	"; GPUs from a recorded scrape of the fake host engine, moved by a sketch; Together layers are made up"

// TestDraw draws every dashboard. With -pictures it also photographs them.
func TestDraw(t *testing.T) {
	for _, d := range shipped(t) {
		v := open(t, d, now(), first, nil)
		v.Range = min(v.Range, 24*time.Hour) // only the last day of the week and some hours before were recorded
		page, height, err := draw.Page(t.Context(), v, d, note)
		if err != nil {
			t.Fatalf("%s: %v", d.UID, err)
		}
		for _, bad := range []string{"NaN", grafana.BrokenOverride} {
			if strings.Contains(page, bad) {
				t.Errorf("%s draws %q", d.UID, bad)
			}
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
	out, err := exec.CommandContext(t.Context(), "chromium",
		"--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--force-device-scale-factor=1",
		fmt.Sprintf("--window-size=1600,%d", height), "--screenshot="+path, "file://"+source).CombinedOutput()
	if err != nil {
		t.Fatalf("chromium: %v\n%s", err, out)
	}
}
