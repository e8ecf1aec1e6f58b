BeforeAll {
    . (Join-Path $PSScriptRoot Shared.ps1)
    $server = New-SampleServer (Join-Path $TestDrive 'server') -Scanned
}

Describe 'Enable-BackupLegalHold, Disable-BackupLegalHold and Get-BackupLegalHold' {
    AfterEach {
        Disable-BackupLegalHold -All -Confirm:$false
    }

    It 'places a hold that says who, when and why' {
        Enable-BackupLegalHold $server.Alice -Reason 'Case 4711' | Should -BeNullOrEmpty
        $hold = Get-BackupLegalHold
        $hold.Account | Should -Be $server.Alice
        $hold.AccountId | Should -Be (Get-BackupAccount $server.Alice).AccountId
        $hold.Automatic | Should -BeFalse
        $hold.Reason | Should -Be 'Case 4711'
        $hold.By | Should -BeLike '*@*'
        $hold.BackupPath | Should -Be $server.Path
        ([DateTimeOffset]::Now - $hold.Since).TotalMinutes | Should -BeLessThan 5
    }

    It 'takes accounts and wildcards, by value and by property name' {
        (Enable-BackupLegalHold '*@example.com' -PassThru).Account | Should -Contain $server.Bob
        Disable-BackupLegalHold -All -Confirm:$false
        $server.Alice, $server.Bob | Enable-BackupLegalHold
        (Get-BackupLegalHold).Count | Should -Be 2
        Get-BackupLegalHold | Disable-BackupLegalHold -Confirm:$false
        Get-BackupLegalHold | Should -BeNullOrEmpty
        Get-BackupAccount $server.Bob | Enable-BackupLegalHold
        (Get-BackupLegalHold).Account | Should -Be $server.Bob
    }

    It 'holds all with -All' {
        Enable-BackupLegalHold -All
        (Get-BackupLegalHold).Count | Should -Be (Get-BackupAccount -IncludeSystemAccount).Count
    }

    It 'finds holds by name and by wildcard; one without a hold is no error' {
        Enable-BackupLegalHold $server.Alice
        (Get-BackupLegalHold 'ali*').Account | Should -Be $server.Alice
        Get-BackupLegalHold $server.Bob | Should -BeNullOrEmpty
    }

    It 'keeps the history' {
        Enable-BackupLegalHold $server.Alice -Reason 'first'
        Disable-BackupLegalHold $server.Alice -Reason 'closed' -Confirm:$false
        $last = Get-BackupLegalHold $server.Alice -History | Select-Object -Last 2
        $last.Held | Should -Be $true, $false
        $last.Reason | Should -Be 'first', 'closed'
    }

    It 'changes nothing with -WhatIf' {
        Enable-BackupLegalHold $server.Alice -WhatIf
        Get-BackupLegalHold | Should -BeNullOrEmpty
        Enable-BackupLegalHold $server.Alice
        Disable-BackupLegalHold $server.Alice -WhatIf
        (Get-BackupLegalHold).Account | Should -Be $server.Alice
    }

    It 'asks before it lifts, and not before it places' {
        (Get-Command Disable-BackupLegalHold).ImplementingType.GetCustomAttributes($true).ConfirmImpact | Should -Contain 'High'
        (Get-Command Enable-BackupLegalHold).ImplementingType.GetCustomAttributes($true).ConfirmImpact | Should -Contain 'Medium'
    }

    It 'reports an account that is not there and goes on' {
        $null = Enable-BackupLegalHold 'nobody@example.com', $server.Alice -ErrorVariable failures -ErrorAction SilentlyContinue
        $failures.FullyQualifiedErrorId | Should -Be 'AccountNotFound,MailBackup.Cmdlets.EnableBackupLegalHoldCommand'
        (Get-BackupLegalHold).Account | Should -Be $server.Alice
    }

    It 'completes accounts' {
        (Get-Completion 'Enable-BackupLegalHold ali').CompletionText | Should -Contain $server.Alice
        (Get-Completion 'Disable-BackupLegalHold -Account bo').CompletionText | Should -Contain $server.Bob
    }

    It 'shows itself in 100 columns' {
        Enable-BackupLegalHold $server.Alice -Reason 'Case'
        foreach ($text in (Get-BackupLegalHold | Out-String -Width 100), (Get-BackupLegalHold -History | Out-String -Width 100)) {
            $text | Should -Match 'Automatic\s+By\s+Reason|Automatic Since'
            $text | Should -Match ([regex]::Escape($server.Alice))
        }
    }

    It 'refuses a journal that was altered' {
        Enable-BackupLegalHold $server.Alice -Reason 'Case'
        $file = Join-Path $server.Path 'legal_hold.jsonl'
        $text = Get-Content $file -Raw
        try {
            Set-Content $file ($text -replace 'Case', 'Cake') -NoNewline
            { Get-BackupLegalHold } | Should -Throw -ErrorId 'LegalHoldDamaged,*'
            { Enable-BackupLegalHold $server.Bob } | Should -Throw -ErrorId 'LegalHoldDamaged,*'
        } finally {
            Set-Content $file $text -NoNewline
        }
    }
}

Describe 'Mass changes' {
    It 'puts an account on hold and reports an error' {
        $maildir = Join-Path $server.Maildir 'example.com' 'bob' 'Maildir'
        Set-BackupConfiguration -MassChangePercent 10 -MassChangeMinimum 1 -PassThru | Should -Match '.*'
        (Get-BackupConfiguration).MassChangePercent | Should -Be 10
        1..5 | ForEach-Object { Add-Mail $maildir "Mass $_" }
        $null = Start-SmartScan
        Get-MailFile $maildir 'Subject: Mass' | Select-Object -First 4 | Remove-Item
        $operation = Start-SmartScan -ErrorVariable failures -ErrorAction SilentlyContinue
        $operation.State | Should -Be 'CompletedWithErrors'
        "$($failures.FullyQualifiedErrorId)" | Should -BeLike '*MassChange*'
        $hold = Get-BackupLegalHold
        $hold.Automatic | Should -BeTrue
        $hold.Reason | Should -BeLike '4 of * items deleted in one scan'
        Set-BackupConfiguration -MassChangePercent 0 -WhatIf
        (Get-BackupConfiguration).MassChangePercent | Should -Be 10
        { Set-BackupConfiguration -MassChangePercent 101 } | Should -Throw -ErrorId 'ParameterArgumentValidationError*'
    }
}
