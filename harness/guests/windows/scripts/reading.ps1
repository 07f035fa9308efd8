# SPDX-License-Identifier: GPL-2.0-or-later
# hil: reading
# The calendar and the performance counter, read together: the second time, when all is compiled.
foreach ($Try in 1, 2) {
    $Before = [Diagnostics.Stopwatch]::GetTimestamp()
    $Utc = [DateTime]::UtcNow.Ticks
    $After = [Diagnostics.Stopwatch]::GetTimestamp()
}
@{ before = $Before; utc = $Utc; after = $After; frequency = [Diagnostics.Stopwatch]::Frequency }
