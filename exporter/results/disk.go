package results

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"gopkg.in/natefinch/lumberjack.v2"
)

// disk appends lines to the file of a name, and keeps each line on its own whatever happens to the file:
//
//	what happens                     what the next line does
//	a short write, the disk is full  the half line is cut off; where it cannot be, a newline goes first
//	the process was killed           a newline goes first
//	renamed, deleted, another file   the name is opened again
//	cut to nothing, by copytruncate  it is the first of the file
//
// It belongs to one goroutine.
type disk struct {
	path    string
	open    func(string) (file, error)
	rotated *lumberjack.Logger // renames the file and deletes old ones; it never writes a line
	limit   int64              // bytes of one file

	file file // nil while it is not open
	cut  bool // the file ends within a line
}

// file is what a disk needs of an *os.File.
type file interface {
	io.WriteCloser
	Stat() (fs.FileInfo, error)
	Truncate(size int64) error
}

func openFile(path string) (file, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	return f, nil
}

const defaultMaxSizeMB = 100

// newDisk opens the file, and rotates it if it is too large already.
func newDisk(o Options) (*disk, error) {
	if o.MaxSizeMB == 0 {
		o.MaxSizeMB = defaultMaxSizeMB
	}
	d := &disk{
		path: o.Path, open: openFile, limit: int64(o.MaxSizeMB) << 20,
		rotated: &lumberjack.Logger{
			Filename: o.Path, MaxSize: o.MaxSizeMB, MaxBackups: o.MaxBackups, MaxAge: o.MaxAgeDays,
		},
	}
	if err := d.reopen(); err != nil {
		return nil, err
	}
	_, _ = d.rotated.Write(nil) // deletes files that are too old or too many; lines are not its business
	return d, d.rotated.Close()
}

// append writes a line. After an error the file lacks it.
func (d *disk) append(line []byte) error {
	size, err := d.follow()
	if err != nil {
		return err
	}
	if size > 0 && size+int64(len(line)) > d.limit {
		if err := d.rotate(); err != nil {
			return err
		}
		size = 0
	}
	whole := line
	if d.cut {
		whole = append([]byte{'\n'}, line...)
	}
	n, err := d.file.Write(whole)
	if err != nil {
		d.mend(whole[:max(0, n)], size)
		return err
	}
	d.cut = false
	return nil
}

// follow opens the file again if its name leads elsewhere by now. It returns the file's size.
func (d *disk) follow() (int64, error) {
	if d.file != nil {
		named, err := os.Stat(d.path)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return 0, err
		}
		if held, e := d.file.Stat(); err == nil && e == nil && os.SameFile(named, held) {
			return held.Size(), nil
		}
	}
	if err := d.reopen(); err != nil {
		return 0, err
	}
	info, err := d.file.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

// reopen opens the name anew, and looks whether the file ends within a line.
func (d *disk) reopen() error {
	_ = d.close() // its lines are written, or counted as lost
	f, err := d.open(d.path)
	if err != nil {
		return err
	}
	d.file = f
	info, err := f.Stat()
	if err != nil {
		return errors.Join(err, d.close())
	}
	d.cut = endsWithin(d.path, info)
	return nil
}

// endsWithin reports whether a file ends within a line. One that cannot be read does not.
func endsWithin(path string, info fs.FileInfo) bool {
	if !info.Mode().IsRegular() || info.Size() == 0 {
		return false
	}
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer func() { _ = f.Close() }() // nothing was written
	var last [1]byte
	_, err = f.ReadAt(last[:], info.Size()-1)
	return err == nil && last[0] != '\n'
}

// mend takes back what a failed write has left behind the given size. It leaves a file alone that somebody else has
// changed since.
func (d *disk) mend(left []byte, size int64) {
	if len(left) == 0 {
		return
	}
	info, err := d.file.Stat()
	if err == nil && info.Size() == size+int64(len(left)) && d.file.Truncate(size) == nil {
		return
	}
	d.cut = left[len(left)-1] != '\n'
}

// rotate sets the file aside under a name with the time, and begins a new one.
func (d *disk) rotate() error {
	if err := d.close(); err != nil {
		return err
	}
	if err := errors.Join(d.rotated.Rotate(), d.rotated.Close()); err != nil {
		return fmt.Errorf("rotating: %w", err)
	}
	return d.reopen()
}

func (d *disk) close() error {
	if d.file == nil {
		return nil
	}
	err := d.file.Close()
	d.file = nil
	return err
}
