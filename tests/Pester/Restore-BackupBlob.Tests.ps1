BeforeAll {
    . (Join-Path $PSScriptRoot Shared.ps1)
    $server = New-SampleServer (Join-Path $TestDrive 'server') -Scanned
    $alice = Join-Path $server.Maildir 'example.com' 'alice' 'Maildir'
}

Describe 'Restore-BackupBlob' {
    BeforeEach {
        $file = Get-MailFile $alice 'Subject: Lunch on Friday' | Select-Object -First 1
        $hash = (Get-FileHash $file).Hash
        $modified = (Get-Item $file).LastWriteTimeUtc
        Set-Content $file -Value '' -NoNewline
    }

    AfterEach {
        $null = Restore-BackupBlob $server.Alice -Confirm:$false
        (Get-FileHash $file).Hash | Should -Be $hash
    }

    It 'lists what is lost with -WhatIf and changes nothing' {
        $lost = Restore-BackupBlob $server.Alice -WhatIf
        $lost | Should -HaveCount 1
        $lost.Account | Should -Be $server.Alice
        $lost.Loss | Should -Be 'Empty'
        $lost.Subject | Should -Be 'Lunch on Friday?'
        (Get-Item $file).Length | Should -Be 0
    }

    It 'puts the content back under the same name and time, and nothing else' {
        $others = Get-ChildItem $server.Maildir -Recurse -File | Where-Object FullName -NE $file
        $before = $others | Get-FileHash
        $operation = Restore-BackupBlob -Confirm:$false
        $operation.Kind | Should -Be 'BlobRestore'
        $operation.State | Should -Be 'Completed'
        $operation.Restored | Should -Be 1
        (Get-FileHash $file).Hash | Should -Be $hash
        (Get-Item $file).LastWriteTimeUtc | Should -Be $modified
        ($others | Get-FileHash).Hash | Should -Be $before.Hash
    }

    It 'takes accounts from the pipeline and leaves others alone' {
        (Get-BackupAccount $server.Bob | Restore-BackupBlob -Confirm:$false).Restored | Should -Be 0
        (Get-BackupAccount | Restore-BackupBlob -Confirm:$false).Restored | Should -Be 1
    }

    It 'looks only for the losses that are asked for' {
        Restore-BackupBlob -Loss Missing, Damaged -WhatIf | Should -BeNullOrEmpty
        { Restore-BackupBlob -Loss Stolen -WhatIf } | Should -Throw -ErrorId 'CannotConvertArgument*'
    }

    It 'names an account that is not there, and does not take every account for it' {
        $done = Restore-BackupBlob 'nobody@example.com' -Confirm:$false -ErrorVariable failed -ErrorAction SilentlyContinue
        $done.State | Should -Be 'Failed'
        $failed[0].FullyQualifiedErrorId | Should -BeLike 'AccountNotFound,*'
        (Get-Item $file).Length | Should -Be 0
    }

    It 'completes accounts and losses' {
        (TabExpansion2 'Restore-BackupBlob ali').CompletionMatches.CompletionText | Should -Contain $server.Alice
        (TabExpansion2 'Restore-BackupBlob -Loss ').CompletionMatches.CompletionText | Should -Be 'Damaged', 'Empty', 'Missing'
    }
}
