// Command pictures draws docs/pictures/terminal.png and page.png anew: the screen of `firsttoken demo` and the page
// that it serves, both of one real run. It needs Chromium and `script` of util-linux.
//
//	go run ./docs/pictures                      five minutes of the demo
//	go run ./docs/pictures -for 2m -columns 80
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

func main() {
	p := pictures{}
	flag.DurationVar(&p.last, "for", 5*time.Minute, "How long the demo runs before the pictures are taken.")
	flag.IntVar(&p.columns, "columns", 86, "Width of the terminal.")
	flag.IntVar(&p.rows, "rows", 26, "Height of the terminal, of which empty lines at the end are cut.")
	flag.StringVar(&p.chromium, "chromium", "chromium", "The browser.")
	flag.StringVar(&p.out, "out", "docs/pictures", "Folder for the pictures.")
	flag.Parse()
	if err := p.draw(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "pictures:", err)
		os.Exit(1)
	}
}

type pictures struct {
	last          time.Duration
	columns, rows int
	chromium      string
	out           string
}

// draw runs the demo and takes both pictures of it.
func (p pictures) draw(ctx context.Context) error {
	work, err := os.MkdirTemp("", "firsttoken-pictures-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(work) }()
	program := filepath.Join(work, "firsttoken")
	build := exec.CommandContext(ctx, "go", "build", "-o", program, "./cmd/firsttoken")
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("go build: %w\n%s", err, out)
	}
	address, err := freeAddress(ctx)
	if err != nil {
		return err
	}
	screen, err := p.run(ctx, program, address, work)
	if err != nil {
		return err
	}
	frame, ok := lastFrame(screen)
	if !ok {
		return errors.New("the demo drew no whole frame")
	}
	page, lines := pageOf(frame, p.columns)
	html := filepath.Join(work, "terminal.html")
	if err := os.WriteFile(html, page, 0o600); err != nil {
		return err
	}
	return p.shoot(ctx, "file://"+html, "terminal.png", p.columns*charWidth+2*margin, lines*lineHeight+2*margin)
}

// run plays the demo in a terminal, takes the picture of its page, and returns what it wrote to the terminal.
func (p pictures) run(ctx context.Context, program, address, work string) ([]byte, error) {
	const grace = 20 * time.Second // for the page
	line := fmt.Sprintf("stty cols %d rows %d; exec %s demo --for %s --web.listen-address %s",
		p.columns, p.rows, program, p.last+grace, address)
	cmd := exec.CommandContext(ctx, "script", "--quiet", "--return", "--command", line, filepath.Join(work, "typescript"))
	var screen bytes.Buffer
	cmd.Stdout = &screen
	cmd.Env = append(os.Environ(), "TERM=xterm-256color", "SHELL=/bin/sh")
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("script, of util-linux: %w", err)
	}
	time.Sleep(p.last)
	taken := p.shoot(ctx, "http://"+address+"/", "page.png", 1240, 380)
	return screen.Bytes(), errors.Join(taken, cmd.Wait())
}

// shoot takes a picture of a page with the browser.
func (p pictures) shoot(ctx context.Context, url, name string, width, height int) error {
	to := filepath.Join(p.out, name)
	cmd := exec.CommandContext(ctx, p.chromium, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
		fmt.Sprintf("--window-size=%d,%d", width, height), "--screenshot="+to, url)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", p.chromium, err, out)
	}
	fmt.Println(to)
	return nil
}

// freeAddress is one of loopback that nobody listens on at the moment.
func freeAddress(ctx context.Context) (string, error) {
	var config net.ListenConfig
	l, err := config.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}
