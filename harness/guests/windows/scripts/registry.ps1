# SPDX-License-Identifier: GPL-2.0-or-later
# hil: registry
# Sets, or with null removes, ExtensibilityDLL and AdapterOUI of the adapter whose driver key is
# $Given.driver_key: all that the WLAN service is told of a DLL. $Given.dll_kind is String or
# ExpandString.
$Key = 'HKLM:\SYSTEM\CurrentControlSet\Control\Class\' + $Given.driver_key + '\Ndi\IHVExtensions'
if (-not (Test-Path -LiteralPath $Key)) { [void](New-Item -Path $Key -Force) }
foreach ($One in @(@('ExtensibilityDLL', $Given.dll_kind, $Given.dll), @('AdapterOUI', 'DWord', $Given.oui))) {
    if ($null -ne $One[2]) {
        [void](New-ItemProperty -LiteralPath $Key -Name $One[0] -PropertyType $One[1] -Value $One[2] -Force)
    } elseif ($null -ne (Get-Item -LiteralPath $Key).GetValue($One[0])) {
        Remove-ItemProperty -LiteralPath $Key -Name $One[0]
    }
}
$Now = Get-Item -LiteralPath $Key
$Dll = $Now.GetValue('ExtensibilityDLL', $null, 'DoNotExpandEnvironmentNames')
$Kind = 'String'
if ($null -ne $Dll) { $Kind = [string]$Now.GetValueKind('ExtensibilityDLL') }
@{ dll = $Dll; dll_kind = $Kind; oui = $Now.GetValue('AdapterOUI') }
