#!/bin/sh
# After removal: what was spent stays in /var/lib/firsttoken until the package is purged.
set -e
if [ "$1" = purge ]; then
	rm -rf "$DPKG_ROOT/var/lib/private/firsttoken" "$DPKG_ROOT/var/lib/firsttoken"
fi
if [ -z "$DPKG_ROOT" ] && [ -d /run/systemd/system ]; then
	systemctl daemon-reload
fi
