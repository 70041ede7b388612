#!/bin/sh
# After installation: starts the service the first time, and restarts it after an upgrade if it ran.
set -e
if [ -z "$DPKG_ROOT" ] && [ -d /run/systemd/system ]; then
	systemctl daemon-reload
	if [ "$1" = configure ] && [ -z "$2" ] || [ "$1" = 1 ]; then # deb, rpm
		systemctl enable --now firsttoken.service
	else
		systemctl try-restart firsttoken.service
	fi
fi
