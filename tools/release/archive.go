package main

import (
	"archive/tar"
	"archive/zip"
	"compress/gzip"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// archiveName is firsttoken-VERSION-OS-ARCH.tar.gz, or .zip for Windows. All files in the archive are below one folder,
// which has the same name without the ending.
func (r *release) archiveName(goos, arch string) (folder, name string) {
	folder = fmt.Sprintf("firsttoken-%s-%s-%s", r.Version, goos, arch)
	if goos == "windows" {
		return folder, folder + ".zip"
	}
	return folder, folder + ".tar.gz"
}

// archive writes the archive of a platform and returns its name.
func (r *release) archive(goos, arch, program string, texts []content) (string, error) {
	files := []content{{source: program, name: filepath.Base(program), program: true}}
	for _, t := range texts {
		if t.name != "" && (goos == "linux" || !strings.HasPrefix(t.name, "systemd/")) {
			files = append(files, t)
		}
	}
	folder, name := r.archiveName(goos, arch)
	write := r.tarball
	if goos == "windows" {
		write = r.zipped
	}
	return name, r.create(name, func(w io.Writer) error { return write(w, folder, files) })
}

// create writes a file of the release.
func (r *release) create(name string, write func(io.Writer) error) error {
	f, err := os.Create(filepath.Join(r.Out, name))
	if err != nil {
		return err
	}
	if err := errors.Join(write(f), f.Close()); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

func (r *release) tarball(w io.Writer, folder string, files []content) error {
	z, err := gzip.NewWriterLevel(w, gzip.BestCompression)
	if err != nil {
		return err
	}
	t := tar.NewWriter(z)
	for _, f := range files {
		data, err := os.ReadFile(f.source)
		if err != nil {
			return err
		}
		h := tar.Header{
			Name: folder + "/" + f.name, Mode: int64(f.mode()), Size: int64(len(data)), ModTime: r.Time,
			Format: tar.FormatUSTAR,
		}
		if err := t.WriteHeader(&h); err != nil {
			return err
		}
		if _, err := t.Write(data); err != nil {
			return err
		}
	}
	return errors.Join(t.Close(), z.Close())
}

func (r *release) zipped(w io.Writer, folder string, files []content) error {
	z := zip.NewWriter(w)
	for _, f := range files {
		data, err := os.ReadFile(f.source)
		if err != nil {
			return err
		}
		h := zip.FileHeader{Name: folder + "/" + f.name, Method: zip.Deflate, Modified: r.Time}
		h.SetMode(f.mode())
		part, err := z.CreateHeader(&h)
		if err != nil {
			return err
		}
		if _, err := part.Write(data); err != nil {
			return err
		}
	}
	return z.Close()
}

// gzipped writes FILE.gz beside a file, without its name and time.
func gzipped(file string) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	f, err := os.Create(file + ".gz")
	if err != nil {
		return err
	}
	z, err := gzip.NewWriterLevel(f, gzip.BestCompression)
	if err != nil {
		return err
	}
	_, err = z.Write(data)
	return errors.Join(err, z.Close(), f.Close())
}

// checksums writes SHA256SUMS, in the form of sha256sum, and returns the sums by file.
func (r *release) checksums(files []string) (map[string]string, error) {
	sums := map[string]string{}
	var text strings.Builder
	slices.Sort(files)
	for _, name := range files {
		data, err := os.ReadFile(filepath.Join(r.Out, name))
		if err != nil {
			return nil, err
		}
		sums[name] = fmt.Sprintf("%x", sha256.Sum256(data))
		fmt.Fprintf(&text, "%s  %s\n", sums[name], name)
	}
	return sums, os.WriteFile(filepath.Join(r.Out, "SHA256SUMS"), []byte(text.String()), 0o644)
}
