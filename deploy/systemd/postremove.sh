#!/bin/sh
# After removal: what was spent stays in /var/lib/firsttoken until the package is purged.
set -e
if [ "$1" = purge ]; then
	rm -rf /var/lib/private/firsttoken /var/lib/firsttoken
fi
if [ -d /run/systemd/system ]; then
	systemctl daemon-reload
fi
