using System.Reflection;
using System.Runtime.Loader;

namespace MailBackup.Loader;

/// <summary>
/// Where the cmdlets, the engine and their packages live: what <c>MailBackup.Cmdlets.deps.json</c> names is taken from <c>Dependencies/</c>,
/// everything else (the framework, PowerShell) from the default context.
/// </summary>
internal sealed class ModuleLoadContext(string rootAssembly) : AssemblyLoadContext("MailBackup", isCollectible: false)
{
    private readonly AssemblyDependencyResolver _resolver = new(rootAssembly);

    protected override Assembly? Load(AssemblyName assemblyName) =>
        _resolver.ResolveAssemblyToPath(assemblyName) is { } path ? LoadFromAssemblyPath(path) : null;

    protected override nint LoadUnmanagedDll(string unmanagedDllName) =>
        _resolver.ResolveUnmanagedDllToPath(unmanagedDllName) is { } path ? LoadUnmanagedDllFromPath(path) : 0;
}
