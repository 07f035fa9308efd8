# SPDX-License-Identifier: GPL-2.0-or-later
# Runs $Script, and tells what it gave, or why it failed, as one line of base64: no code page and no
# width of a console changes that. Before it stand $Token, $GivenText and $Script.
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
try {
    $Given = ConvertFrom-Json ([Text.Encoding]::UTF8.GetString([Convert]::FromBase64String($GivenText)))
    $Told = @{ answer = (& $Script) }
} catch {
    $Told = @{ error = [string]$_.Exception.Message; id = [string]$_.FullyQualifiedErrorId }
}
$Text = ConvertTo-Json -InputObject $Told -Compress -Depth 6
[Console]::Out.WriteLine('hil-answer-' + $Token + ' ' + [Convert]::ToBase64String([Text.Encoding]::UTF8.GetBytes($Text)))
