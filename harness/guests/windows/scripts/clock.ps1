# SPDX-License-Identifier: GPL-2.0-or-later
# hil: clock
# Sets the calendar clock to $Given.now_ms, in milliseconds since 1970, UTC.
$Before = [DateTimeOffset]::UtcNow.ToUnixTimeMilliseconds()
$Wanted = [DateTimeOffset]::FromUnixTimeMilliseconds([long]$Given.now_ms)
[void](Set-Date -Date $Wanted.LocalDateTime)
@{ before_ms = $Before; after_ms = [DateTimeOffset]::UtcNow.ToUnixTimeMilliseconds() }
