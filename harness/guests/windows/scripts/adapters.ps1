# SPDX-License-Identifier: GPL-2.0-or-later
# hil: adapters
# The adapters of native 802.11 (NDIS physical medium 9), and what the registry has for each.
$Class = 'HKLM:\SYSTEM\CurrentControlSet\Control\Class\'
$Found = @(Get-NetAdapter -IncludeHidden | Where-Object { $_.NdisPhysicalMedium -eq 9 -and $_.PnPDeviceID })
$Listed = @(foreach ($One in $Found) {
    $Device = Get-ItemProperty -LiteralPath ('HKLM:\SYSTEM\CurrentControlSet\Enum\' + $One.PnPDeviceID)
    $Driver = Get-ItemProperty -LiteralPath ('HKLM:\SYSTEM\CurrentControlSet\Services\' + $Device.Service)
    $Key = $Class + $Device.Driver + '\Ndi\IHVExtensions'
    $Dll = $null
    $Kind = 'String'
    $Oui = $null
    if (Test-Path -LiteralPath $Key) {
        $Values = Get-Item -LiteralPath $Key
        $Dll = $Values.GetValue('ExtensibilityDLL', $null, 'DoNotExpandEnvironmentNames')
        if ($null -ne $Dll) { $Kind = [string]$Values.GetValueKind('ExtensibilityDLL') }
        $Oui = $Values.GetValue('AdapterOUI')
    }
    $Status = 'Disconnected'
    if ([int]$One.InterfaceOperationalStatus -eq 1) { $Status = 'Up' }
    if ([int]$One.InterfaceOperationalStatus -eq 6) { $Status = 'Not Present' }
    if ([int]$One.InterfaceAdminStatus -ne 1) { $Status = 'Disabled' }
    @{
        name = [string]$One.Name
        description = [string]$One.InterfaceDescription
        guid = [string]$One.InterfaceGuid
        instance = [string]$One.PnPDeviceID
        driver_key = [string]$Device.Driver
        image = [string]$Driver.ImagePath
        driver_version = [string]$One.DriverVersion
        ndis = [string]$One.DriverMajorNdisVersion + '.' + [string]$One.DriverMinorNdisVersion
        status = $Status
        dll = $Dll
        dll_kind = $Kind
        oui = $Oui
    }
})
@{ adapters = $Listed }
