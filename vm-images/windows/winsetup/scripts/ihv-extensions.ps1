# SPDX-License-Identifier: GPL-2.0-or-later
# Names the IHV Extensions DLL of this image in the driver key of the right adapter, and restarts that
# adapter. Which one is right is said by the hardware ids in given.json. It can be run again at any
# time, and changes nothing that is right already. -IfPresent: an adapter that is not there is no
# error.
param([switch] $IfPresent)
. (Join-Path $PSScriptRoot 'common.ps1')

function Get-Adapter {
    # The network adapters with one of these hardware ids.
    param([Parameter(Mandatory)] [string[]] $HardwareIds)
    Get-PnpDevice -Class Net -PresentOnly -ErrorAction SilentlyContinue | Where-Object {
        $own = @($_.HardwareID)
        @($HardwareIds | Where-Object { $own -contains $_ }).Count -gt 0
    }
}

function Set-Extensions {
    # Whether anything had to be changed.
    param(
        [Parameter(Mandatory)] $Adapter,
        [Parameter(Mandatory)] $Ihv
    )
    $driver = (Get-PnpDeviceProperty -InstanceId $Adapter.InstanceId -KeyName 'DEVPKEY_Device_Driver').Data
    if ([string]::IsNullOrEmpty($driver)) {
        throw "$($Adapter.InstanceId) has no driver"
    }
    $key = "$AdapterClass\$(($driver -split '\\')[-1])\Ndi\IHVExtensions"
    $dll = Join-Path $Hil "ihv\$($Ihv.dll)"
    $before = Get-ItemProperty -LiteralPath $key -ErrorAction SilentlyContinue
    if ($null -ne $before -and
        $before.PSObject.Properties.Name -contains 'ExtensibilityDLL' -and
        $before.PSObject.Properties.Name -contains 'AdapterOUI' -and
        $before.ExtensibilityDLL -eq $dll -and $before.AdapterOUI -eq $Ihv.adapter_oui) {
        return $false
    }
    Set-Value $key 'ExtensibilityDLL' $dll 'String'
    Set-Value $key 'AdapterOUI' $Ihv.adapter_oui
    return $true
}

$ihv = (Get-Content -LiteralPath (Join-Path $PSScriptRoot 'given.json') -Raw | ConvertFrom-Json).ihv
if ($null -eq $ihv) {
    throw 'this image has no IHV Extensions DLL of its own'
}
$adapters = @(Get-Adapter -HardwareIds $ihv.hardware_ids)
if ($adapters.Count -eq 0 -and -not $IfPresent) {
    throw "no adapter with one of the hardware ids $($ihv.hardware_ids -join ', ')"
}
foreach ($adapter in $adapters) {
    if (Set-Extensions -Adapter $adapter -Ihv $ihv) {
        Invoke-Program 'pnputil.exe' @('/restart-device', $adapter.InstanceId) @(0, 3010) | Out-Null
    }
    Write-Output $adapter.InstanceId
}
