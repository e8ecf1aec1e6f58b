using MailBackup.Sources.Imap.Connection;
using MailBackup.Sources.Imap.Protocol;
using MailBackup.Sources.Imap.Reading;

namespace MailBackup.Sources.Imap.Restoring;

/// <summary>
/// The connection that changes one account, one thing at a time, and what is known of its folders. A lost connection is made anew; whether the last command had
/// been carried out is then unknown, so everything known of the folders is forgotten and learned anew.
/// </summary>
internal sealed class WriterConnection(string account, ImapConnector connector) : IAsyncDisposable
{
    private const int Attempts = 3;

    private readonly SemaphoreSlim _one = new(1, 1);
    private readonly Dictionary<string, FolderContents> _contents = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TakenMessages> _taken = new(StringComparer.Ordinal);
    private ImapConnection? _connection;
    private ServerTraits? _traits;
    private Dictionary<string, SourceFolder>? _folders;
    private uint _validity;

    public string Account => account;

    /// <summary>Only within <see cref="RunAsync"/>.</summary>
    public ImapConnection Imap => _connection!;

    /// <summary>Between the parts of folders' names; known after <see cref="FoldersAsync"/>.</summary>
    public char? Separator { get; private set; }

    /// <summary>What names of new folders must begin with; known after <see cref="FoldersAsync"/>.</summary>
    public string Prefix { get; private set; } = "";

    /// <summary>The server takes a CR away where a line ends in several: found out with the first such mail.</summary>
    public bool StripsReturns { get; set; }

    /// <summary>To be counted up with everything that is done: attempts are counted from the last progress on.</summary>
    public int Progress { get; set; }

    /// <summary>Tries again on a new connection when one is lost.</summary>
    public async Task<T> RunAsync<T>(Func<Task<T>> work, CancellationToken token)
    {
        await _one.WaitAsync(token).ConfigureAwait(false);
        try
        {
            for (int attempt = 1; ; attempt++)
            {
                int progress = Progress;
                try
                {
                    _connection ??= await connector.OpenAsync(account, token).ConfigureAwait(false);
                    _traits = await connector.TraitsAsync(_connection).ConfigureAwait(false);
                    using var abort = token.UnsafeRegister(static c => ((ImapConnection)c!).Abort("stopped"), _connection);
                    return await work().ConfigureAwait(false);
                }
                catch (ImapConnectionException) when ((attempt < Attempts || Progress != progress) && !token.IsCancellationRequested && _connection is not null)
                {
                    attempt = Progress != progress ? 1 : attempt;
                    Forget();
                }
                catch (Exception e)
                {
                    if (e is not ImapCommandException and not MailBackupException)
                    {
                        Forget();
                    }

                    token.ThrowIfCancellationRequested();
                    throw;
                }
            }
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>By path.</summary>
    public async Task<Dictionary<string, SourceFolder>> FoldersAsync()
    {
        if (_folders is null)
        {
            var lister = new FolderLister(Imap, _traits!);
            _folders = (await lister.ListAsync().ConfigureAwait(false)).ToDictionary(f => f.Path, StringComparer.Ordinal);
            (Separator, Prefix) = (lister.Separator, lister.Prefix);
        }

        return _folders;
    }

    /// <summary>What the folder with this key has; it is open then.</summary>
    public async Task<FolderContents> ContentsAsync(string key)
    {
        if (!_contents.TryGetValue(key, out var contents))
        {
            if (!_taken.TryGetValue(key, out var taken))
            {
                _taken[key] = taken = new TakenMessages();
            }

            contents = new FolderContents(Imap, _traits!, key, taken);
            await contents.OpenAsync().ConfigureAwait(false);
            _contents[key] = contents;
            _validity = contents.Validity;
        }
        else
        {
            await SelectAsync(key).ConfigureAwait(false);
        }

        return contents;
    }

    /// <summary>Opens a folder for writing, if it is not open.</summary>
    /// <returns>Its UIDVALIDITY.</returns>
    public async Task<uint> SelectAsync(string key)
    {
        if (Imap.Selected != key)
        {
            (Imap.Selected, _validity) = (null, 0);
            await Imap.RunAsync($"SELECT {ImapCommand.Quote(FolderNames.ToWire(key, Imap.Utf8))}", text =>
            {
                if (ResponseLine.Parse(text).Status is { } status && status.Is("UIDVALIDITY"))
                {
                    _ = uint.TryParse(status.Arguments, out _validity);
                }
            }).ConfigureAwait(false);
            Imap.Selected = key;
        }

        return _validity;
    }

    public async ValueTask DisposeAsync()
    {
        await _one.WaitAsync().ConfigureAwait(false);
        if (_connection is { } connection)
        {
            await connection.LogoutAsync().ConfigureAwait(false);
        }

        // Whoever still has work for it begins anew.
        Forget();
        _one.Release();
    }

    private void Forget()
    {
        _connection?.Dispose();
        _connection = null;
        _folders = null;
        _contents.Clear();
    }
}
