[media-router]
title=Media router
description=AriaCast speaker, microphones, panel, stream monitor, browser microphones
ports=12889/tcp|12888/udp|8090/tcp|5096/tcp|6969/tcp|6943/tcp|8080/tcp|8000/tcp|420:519/tcp|9420:9519/tcp
