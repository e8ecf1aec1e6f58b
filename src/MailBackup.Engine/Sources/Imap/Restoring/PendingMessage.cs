using MailBackup.Model;

namespace MailBackup.Sources.Imap.Restoring;

/// <summary>A message that waits to be put into a folder.</summary>
internal sealed class PendingMessage(RestoreFolder folder, WireContent content, ItemState state)
{
    private readonly TaskCompletionSource<RestoredItem> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public RestoreFolder Folder => folder;

    public WireContent Content => content;

    public ItemState State => state;

    /// <summary>It was on its way once, so what is found of it after a lost connection is our own.</summary>
    public bool Sent { get; set; }

    /// <summary>How often the connection was lost while it was on its way alone.</summary>
    public int Losses { get; set; }

    /// <summary>Keywords that the server did not take.</summary>
    public string? Note { get; set; }

    public Task<RestoredItem> Done => _done.Task;

    public bool IsSettled => _done.Task.IsCompleted;

    public void Settle(RestoredItem restored) => _done.TrySetResult(restored);

    public void Fail(Exception e)
    {
        // Whoever waited for it may have gone.
        if (_done.TrySetException(e))
        {
            _ = _done.Task.Exception;
        }
    }

    public void Abandon() => _done.TrySetCanceled();
}
