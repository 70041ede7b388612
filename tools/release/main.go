// Command release builds what a release consists of: archives for each platform, deb and rpm packages, a Homebrew
// formula, and checksums. From one commit it makes the same bytes on any machine with the same Go.
//
//	cd tools/release && go run .                     everything, into dist/ of the repository
//	cd tools/release && go run . -platforms linux/amd64 -version 1.2.3
//
// It is a module of its own, so that firsttoken itself does not get nfpm's dependencies.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

func main() {
	ctx := context.Background()
	r := release{Root: "../.."}
	platforms := flag.String("platforms", strings.Join(allPlatforms(), ","), "What to build for.")
	flag.StringVar(&r.Out, "out", "../../dist", "Folder for the results.")
	flag.StringVar(&r.Version, "version", "", "Version; that of git describe if empty.")
	flag.StringVar(&r.URL, "url", "https://github.com/firsttoken/firsttoken/releases/download",
		"Where the formula finds the archives, below vVERSION/.")
	flag.Parse()
	r.Platforms = strings.Split(*platforms, ",")
	if err := errors.Join(r.complete(ctx), r.run(ctx)); err != nil {
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1)
	}
}

// release is what to build, and of what.
type release struct {
	Root      string // of the repository
	Out       string
	Version   string // without v
	Revision  string // the commit
	Time      time.Time
	Platforms []string // os/arch
	URL       string
}

func allPlatforms() []string {
	return []string{"linux/amd64", "linux/arm64", "darwin/amd64", "darwin/arm64", "windows/amd64", "windows/arm64"}
}

// complete asks git and the environment for what is not given: version, commit and time. The time is that of
// SOURCE_DATE_EPOCH, or of the commit.
func (r *release) complete(ctx context.Context) error {
	if r.Version == "" {
		v, err := r.git(ctx, "describe", "--tags", "--always", "--dirty")
		if err != nil {
			return err
		}
		if r.Version = strings.TrimPrefix(v, "v"); !strings.Contains(v, ".") {
			r.Version = "0.0.0-" + v // no tag yet
		}
	}
	if r.Revision == "" {
		v, err := r.git(ctx, "rev-parse", "HEAD")
		if err != nil {
			return err
		}
		r.Revision = v
	}
	epoch := os.Getenv("SOURCE_DATE_EPOCH")
	if epoch == "" {
		v, err := r.git(ctx, "log", "-1", "--format=%ct")
		if err != nil {
			return err
		}
		epoch = v
	}
	seconds, err := strconv.ParseInt(epoch, 10, 64)
	if err != nil {
		return fmt.Errorf("SOURCE_DATE_EPOCH: %w", err)
	}
	r.Time = time.Unix(seconds, 0).UTC()
	return nil
}

func (r *release) git(ctx context.Context, args ...string) (string, error) {
	out, err := exec.CommandContext(ctx, "git", append([]string{"-C", r.Root}, args...)...).Output()
	if err != nil {
		return "", fmt.Errorf("git %s: %w", args[0], err)
	}
	return strings.TrimSpace(string(out)), nil
}

// run builds everything. Intermediate files are in a folder of their own, which goes.
func (r *release) run(ctx context.Context) error {
	work, err := os.MkdirTemp("", "firsttoken-release-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(work) }()
	if err := os.MkdirAll(r.Out, 0o755); err != nil {
		return err
	}
	texts, err := r.texts(ctx, work)
	if err != nil {
		return err
	}
	var made []string
	for _, platform := range r.Platforms {
		files, err := r.platform(ctx, platform, work, texts)
		if err != nil {
			return fmt.Errorf("%s: %w", platform, err)
		}
		made = append(made, files...)
		fmt.Println(strings.Join(files, "\n"))
	}
	sums, err := r.checksums(made)
	if err != nil {
		return err
	}
	return r.formula(sums)
}

// platform builds the program for a platform, its archive, and on Linux its packages. It returns their names.
func (r *release) platform(ctx context.Context, platform, work string, texts []content) ([]string, error) {
	goos, arch, ok := strings.Cut(platform, "/")
	if !ok {
		return nil, errors.New("is not os/arch")
	}
	program := programAt(work, goos, arch)
	if err := r.build(ctx, program, goos, arch); err != nil {
		return nil, err
	}
	archive, err := r.archive(goos, arch, program, texts)
	if err != nil || goos != "linux" {
		return []string{archive}, err
	}
	packages, err := r.packages(arch, program, texts)
	return append([]string{archive}, packages...), err
}
