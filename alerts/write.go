package alerts

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Write writes the files into dir, which is made where it does not exist, and returns their paths: all of them, or none
// after an error. A file that stands there and was not written by this function before is an error, unless force is
// true. Files of earlier runs that are no longer written stay where they are.
func Write(dir string, files []File, force bool) ([]string, error) {
	if !force {
		if err := requireOwn(dir, files); err != nil {
			return nil, err
		}
	}
	var w writing
	for _, f := range files {
		if err := w.stage(filepath.Join(dir, filepath.FromSlash(f.Path)), f.Content); err != nil {
			return nil, errors.Join(fmt.Errorf("writing rules: %w", err), w.abandon())
		}
	}
	if err := w.commit(); err != nil {
		return nil, errors.Join(fmt.Errorf("writing rules: %w", err), w.abandon())
	}
	var paths []string
	for _, s := range w.staged {
		paths = append(paths, s.path)
	}
	return paths, nil
}

// requireOwn names the files that would be overwritten and are somebody else's.
func requireOwn(dir string, files []File) error {
	var foreign []string
	for _, f := range files {
		path := filepath.Join(dir, filepath.FromSlash(f.Path))
		content, err := os.ReadFile(path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return fmt.Errorf("writing rules: %w", err)
		case !bytes.HasPrefix(content, []byte(header)):
			foreign = append(foreign, path)
		}
	}
	if len(foreign) > 0 {
		return fmt.Errorf("%s: not written by firsttoken rules; --force overwrites them", strings.Join(foreign, ", "))
	}
	return nil
}

// writing puts files into place together. First each is written beside its place, and what can fail has failed.
type writing struct {
	staged []stagedFile
	placed int // how many of staged are in their place
}

type stagedFile struct {
	path, temporary string
	before          []byte // what stood there; nil for nothing
}

func (w *writing) stage(path string, content []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	before, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	w.staged = append(w.staged, stagedFile{path: path, temporary: f.Name(), before: before})
	_, err = f.Write(content)
	return errors.Join(err, f.Chmod(0o644), f.Close())
}

func (w *writing) commit() error {
	for _, s := range w.staged {
		if err := os.Rename(s.temporary, s.path); err != nil {
			return err
		}
		w.placed++
	}
	return nil
}

// abandon removes what was staged, and restores what was replaced.
func (w *writing) abandon() error {
	var errs []error
	for i, s := range w.staged {
		switch {
		case i >= w.placed:
			errs = append(errs, os.Remove(s.temporary))
		case s.before == nil:
			errs = append(errs, os.Remove(s.path))
		default:
			errs = append(errs, os.WriteFile(s.path, s.before, 0o644))
		}
	}
	return errors.Join(errs...)
}
