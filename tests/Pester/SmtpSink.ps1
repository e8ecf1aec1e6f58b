# A mail server that takes one mail and keeps what it was told.

function Start-SmtpSink {
    $listener = [Net.Sockets.TcpListener]::new([Net.IPAddress]::Loopback, 0)
    $listener.Start()
    $received = [Collections.Concurrent.ConcurrentQueue[string]]::new()
    $shell = [powershell]::Create().AddScript({
            param($listener, $received)
            $client = $listener.AcceptTcpClient()
            $reader = [IO.StreamReader]::new($client.GetStream())
            $writer = [IO.StreamWriter]::new($client.GetStream())
            $writer.NewLine = "`r`n"
            $writer.AutoFlush = $true
            $writer.WriteLine('220 sink')
            $data = $false
            while ($null -ne ($line = $reader.ReadLine())) {
                $received.Enqueue($line)
                if ($data) {
                    if ($line -ne '.') { continue }
                    $data = $false
                }

                switch -Regex ($line) {
                    '^DATA' { $data = $true; $writer.WriteLine('354 go on') }
                    '^QUIT' { $writer.WriteLine('221 bye'); $client.Dispose(); return }
                    default { $writer.WriteLine('250 ok') }
                }
            }
        }).AddArgument($listener).AddArgument($received)
    $null = $shell.BeginInvoke()
    [pscustomobject]@{ Port = $listener.LocalEndpoint.Port; Received = $received; Listener = $listener; Shell = $shell }
}

function Stop-SmtpSink {
    <# Returns the mail: the decoded body behind the lines of the dialogue and the headers. #>
    param($Sink)

    $Sink.Listener.Stop()
    $Sink.Shell.Stop()
    $Sink.Shell.Dispose()
    $lines = @($Sink.Received)
    $body = ($lines | Where-Object { $_ -match '^[A-Za-z0-9+/=]{4,}$' -and $_ -notin 'DATA', 'QUIT' }) -join ''
    $text = try { [Text.Encoding]::UTF8.GetString([Convert]::FromBase64String($body)) } catch { '' }
    "$($lines -join "`n")`n$text"
}
