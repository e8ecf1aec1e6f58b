using System.Collections.Concurrent;

namespace MailBackup.Sources.Imap.Reading;

/// <summary>What ends in the background, because its server may take its time; whoever ends it all waits for that here.</summary>
internal sealed class Endings
{
    private readonly ConcurrentDictionary<IAsyncDisposable, Task> _ending = new();

    public void Add(IAsyncDisposable ended)
    {
        var begin = new TaskCompletionSource();
        _ending[ended] = EndAsync();
        begin.SetResult();

        async Task EndAsync()
        {
            await begin.Task.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            await ended.DisposeAsync().ConfigureAwait(false);
            _ending.TryRemove(ended, out _);
        }
    }

    /// <summary>Throws what one of them has thrown.</summary>
    public Task WaitAsync() => Task.WhenAll(_ending.Values);
}
